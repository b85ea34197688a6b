//! Consumer groups.

use crate::{
    Engine,
    clock::Now,
    cx::Cx,
    outcome::Outcome,
    waiters::Ticket,
};

#[derive(Debug, Default)]
pub(crate) struct Groups {}

/// A deadline of a group.
#[derive(Clone, Debug)]
pub(crate) enum GroupTimer {}

/// A parked JoinGroup or SyncGroup.
#[derive(Debug)]
pub(crate) enum Waiting {}

pub(crate) fn fire(_engine: &Engine, _now: Now, timer: GroupTimer) {
    match timer {}
}

pub(crate) fn maintain(_engine: &Engine, _now: Now) {}

pub(crate) fn resume(_engine: &Engine, _cx: &Cx<'_>, waiting: Waiting, _ticket: Ticket) -> Outcome {
    match waiting {}
}
