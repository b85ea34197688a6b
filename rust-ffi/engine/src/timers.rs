//! One queue holds all deadlines. Whoever owns the time asks when the next one is, and fires.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    task::Waker,
};

use crate::{
    clock::Instant,
    waiters::{Waiter, lock},
};

/// What is to happen.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    /// A parked request has waited long enough.
    Park(Arc<Waiter>),
    /// Something of a group: see `groups`.
    Group(crate::groups::GroupTimer),
}

/// Names one deadline, to cancel it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey(Instant, u64);

#[derive(Debug, Default)]
pub(crate) struct Timers(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    due: BTreeMap<TimerKey, Due>,
    /// Deadlines at the same time come in the order in which they were set.
    set: u64,
    /// Who sleeps until when; an earlier deadline wakes him.
    sleeper: Option<(Instant, Waker)>,
}

impl Timers {
    pub(crate) fn set(&self, at: Instant, due: Due) -> TimerKey {
        let mut queue = lock(&self.0);
        queue.set += 1;
        let key = TimerKey(at, queue.set);
        queue.due.insert(key, due);
        let wake =
            if queue.sleeper.as_ref().is_some_and(|(until, _)| at < *until) { queue.sleeper.take() } else { None };
        drop(queue);
        if let Some((_, waker)) = wake {
            waker.wake();
        }
        key
    }

    /// Nothing happens if it was fired already.
    pub(crate) fn cancel(&self, key: TimerKey) {
        lock(&self.0).due.remove(&key);
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        lock(&self.0).due.first_key_value().map(|(key, _)| key.0)
    }

    /// As [`Timers::next`]; `waker` is woken once an earlier deadline is set.
    pub(crate) fn arm(&self, waker: &Waker) -> Option<Instant> {
        let mut queue = lock(&self.0);
        let next = queue.due.first_key_value().map(|(key, _)| key.0);
        queue.sleeper = Some((next.unwrap_or(Instant::NEVER), waker.clone()));
        next
    }

    pub(crate) fn pop_due(&self, now: Instant) -> Option<Due> {
        let mut queue = lock(&self.0);
        let first = queue.due.first_entry()?;
        if first.key().0 <= now { Some(first.remove()) } else { None }
    }
}
