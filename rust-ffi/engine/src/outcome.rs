//! What becomes of a request. A handler says it; it never writes a socket.

use std::convert::Infallible;

use wire::codec::FramePart;

use crate::waiters::Ticket;

/// `W` is what a handler wants to have again when it resumes; a handler that never parks has none.
#[derive(Debug)]
pub enum Outcome<W = Infallible> {
    /// A whole response frame, in pieces: the length prefix is in the first one.
    Reply(Vec<FramePart>),
    /// acks=0: nothing is written.
    Silent,
    /// The same request is handed to [`crate::Engine::resume`] once its ticket is woken.
    Park(Parked<W>),
    /// The connection is closed; the words are for the log.
    Close(String),
}

/// A request that waits.
#[derive(Debug)]
pub struct Parked<W> {
    pub ticket: Ticket,
    pub(crate) request: W,
}

impl<W> Outcome<W> {
    pub(crate) fn map<V>(self, map: impl FnOnce(W) -> V) -> Outcome<V> {
        match self {
            Outcome::Reply(frame) => Outcome::Reply(frame),
            Outcome::Silent => Outcome::Silent,
            Outcome::Park(Parked { ticket, request }) => Outcome::Park(Parked { ticket, request: map(request) }),
            Outcome::Close(why) => Outcome::Close(why),
        }
    }
}
