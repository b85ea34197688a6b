//! Fake clients. Each has one connection at a time and one or several requests in flight.

mod admin;
mod consumer;
mod member;
mod producer;
mod transactor;

use wire::Uuid;

use crate::net::{Answer, ClientId, Net};

pub(crate) use admin::{Admin, configs_of};
pub(crate) use consumer::Consumer;
pub(crate) use member::Member;
pub(crate) use producer::Producer;
pub(crate) use transactor::Transactor;

/// The position of a fetch in a partition.
#[derive(Clone, Debug)]
pub(crate) struct FetchPosition {
    pub(crate) topic: String,
    pub(crate) id: Uuid,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
}

pub(crate) trait Client {
    /// Called at a time that the client has scheduled.
    fn wakes(&mut self, net: &mut Net, me: ClientId);
    fn answered(&mut self, net: &mut Net, me: ClientId, answer: Answer<'_>);
    /// Called when its connection is closed.
    fn closed(&mut self, net: &mut Net, me: ClientId);
    /// Returns the positions of a fetch in flight that a single record completes.
    fn fetch_positions(&self) -> &[FetchPosition] {
        &[]
    }
}
