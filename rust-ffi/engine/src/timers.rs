//! The queue of all deadlines. The owner of the clock asks when the next one is, and fires what is due.

use crate::sync::{Lock, lock, rank};
use std::{collections::BTreeMap, fmt::Debug, task::Waker};

use crate::clock::Instant;

/// Names a deadline, to cancel it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey(Instant, u64);

/// Deadlines in the order of time, each with the event that it fires.
#[derive(Debug)]
pub(crate) struct Timers<E>(Lock<{ rank::TIMERS }, Queue<E>>);

#[derive(Debug)]
struct Queue<E> {
    events: BTreeMap<TimerKey, E>,
    /// The number of deadlines set so far: those at the same time fire in the order in which they were set.
    set: u64,
    /// The next deadline that the timer task knows, and its waker. An earlier deadline wakes it.
    sleeper: Option<(Instant, Waker)>,
}

/// Cancels deadlines, whatever their events are.
pub(crate) trait CancelTimer: Debug + Send + Sync {
    /// Does nothing if the deadline has fired already.
    fn cancel(&self, key: TimerKey);
}

impl<E: Debug + Send> CancelTimer for Timers<E> {
    fn cancel(&self, key: TimerKey) {
        lock(&self.0).events.remove(&key);
    }
}

impl<E> Default for Timers<E> {
    fn default() -> Timers<E> {
        Timers(Lock::new(Queue { events: BTreeMap::new(), set: 0, sleeper: None }))
    }
}

impl<E> Timers<E> {
    pub(crate) fn set(&self, at: Instant, event: E) -> TimerKey {
        let mut queue = lock(&self.0);
        queue.set += 1;
        let key = TimerKey(at, queue.set);
        queue.events.insert(key, event);
        let wake =
            if queue.sleeper.as_ref().is_some_and(|(until, _)| at < *until) { queue.sleeper.take() } else { None };
        drop(queue);
        if let Some((_, waker)) = wake {
            waker.wake();
        }
        key
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        lock(&self.0).events.first_key_value().map(|(key, _)| key.0)
    }

    /// Returns the next deadline. `waker` is woken once an earlier one is set.
    pub(crate) fn arm(&self, waker: &Waker) -> Option<Instant> {
        let mut queue = lock(&self.0);
        let next = queue.events.first_key_value().map(|(key, _)| key.0);
        queue.sleeper = Some((next.unwrap_or(Instant::NEVER), waker.clone()));
        next
    }

    /// Takes the earliest event, if it is due.
    pub(crate) fn pop_due(&self, now: Instant) -> Option<E> {
        let mut queue = lock(&self.0);
        let first = queue.events.first_entry()?;
        if first.key().0 <= now { Some(first.remove()) } else { None }
    }
}
