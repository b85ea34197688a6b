//! What becomes of a request. A handler says it; it never writes a socket.

use wire::codec::FramePart;

use crate::waiters::Ticket;

#[derive(Debug)]
pub enum Outcome {
    /// A whole response frame, in pieces: the length prefix is in the first one.
    Reply(Vec<FramePart>),
    /// acks=0: nothing is written.
    Silent,
    /// The same request is handed to [`crate::Engine::resume`] once its ticket is woken.
    Park(Parked),
    /// The connection is closed; the words are for the log.
    Close(String),
}

/// A request that waits.
#[derive(Debug)]
pub struct Parked {
    pub ticket: Ticket,
    pub(crate) request: ParkedRequest,
}

impl Parked {
    /// It is done but for a sync, which takes as long as the disk does: not for a stop to abandon.
    pub fn waits_for_sync(&self) -> bool {
        matches!(self.request, ParkedRequest::Produce(_) | ParkedRequest::Reply(_))
    }
}

/// What a handler wants to have again when it resumes.
#[derive(Debug)]
pub(crate) enum ParkedRequest {
    Fetch(crate::api::fetch::DelayedFetch),
    Produce(crate::api::produce::DelayedProduce),
    Group(crate::groups::DelayedGroupRequest),
    /// A response that is held until its records are synced.
    Reply(crate::coordinator::DelayedReply),
}
