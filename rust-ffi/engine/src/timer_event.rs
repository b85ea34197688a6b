//! What a deadline fires.

use std::sync::Arc;

use crate::{groups::GroupTimer, maintenance::Job, transactions::TransactionTimer, waiters::Waiter};

#[derive(Clone, Debug)]
pub(crate) enum TimerEvent {
    /// A parked request has waited as long as it may.
    Wake(Arc<Waiter>),
    /// A deadline of a group.
    Group(GroupTimer),
    /// A deadline of a transaction.
    Transaction(TransactionTimer),
    /// A job is due.
    Job(Job),
}

impl From<Arc<Waiter>> for TimerEvent {
    fn from(waiter: Arc<Waiter>) -> TimerEvent {
        TimerEvent::Wake(waiter)
    }
}

impl From<GroupTimer> for TimerEvent {
    fn from(timer: GroupTimer) -> TimerEvent {
        TimerEvent::Group(timer)
    }
}

impl From<TransactionTimer> for TimerEvent {
    fn from(timer: TransactionTimer) -> TimerEvent {
        TimerEvent::Transaction(timer)
    }
}

impl From<Job> for TimerEvent {
    fn from(job: Job) -> TimerEvent {
        TimerEvent::Job(job)
    }
}
