//! Fake clients. Each has one connection at a time, and does one thing after the other, or several at once.

mod admin;
mod consumer;
mod member;
mod producer;

use wire::Uuid;

use crate::net::{Answer, ClientId, Net};

pub(crate) use admin::{Admin, configs_of};
pub(crate) use consumer::Consumer;
pub(crate) use member::Member;
pub(crate) use producer::Producer;

/// Where a fetch waits.
#[derive(Clone, Debug)]
pub(crate) struct FetchPosition {
    pub(crate) topic: String,
    pub(crate) id: Uuid,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
}

pub(crate) trait Client {
    /// Its own time has come.
    fn wakes(&mut self, net: &mut Net, me: ClientId);
    fn answered(&mut self, net: &mut Net, me: ClientId, answer: Answer<'_>);
    /// Its connection is gone.
    fn closed(&mut self, net: &mut Net, me: ClientId);
    /// What a fetch on its way waits for, if a single record is enough for it.
    fn fetch_positions(&self) -> &[FetchPosition] {
        &[]
    }
}
