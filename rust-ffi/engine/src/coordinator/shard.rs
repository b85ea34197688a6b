//! One shard: the state of one partition of a coordinator's topic, under one lock.

use crate::sync::{Lock, lock, rank};
use std::{collections::BTreeMap, sync::Arc};

use wire::ErrorCode;

use super::{Coordinator, Entry, Env, ProducerIdAndEpoch};
use crate::{
    appender::Unsynced,
    bugs::{self, Bug},
    clock::{Instant, Now},
    log::EndTxnMarker,
    timers::TimerKey,
    waiters::WaitList,
};

/// `RANK` is the rank of its lock.
#[derive(Debug)]
pub(crate) struct Shard<C: Coordinator, const RANK: u8 = { rank::SHARD }>(Lock<RANK, Inner<C>>);

#[derive(Debug)]
struct Inner<C: Coordinator> {
    state: C::State,
    soft: C::Soft,
    /// The deadlines that are set, with their keys in the timer queue.
    deadlines: BTreeMap<C::Timer, (Instant, TimerKey)>,
    /// The last append that was not known to be synced.
    unsynced: Option<Unsynced>,
}

/// The result of an event.
#[derive(Debug)]
pub(crate) struct Ran<R> {
    pub(crate) result: R,
    /// What an acknowledgement has to wait for; `None` if there is nothing to wait for.
    pub(crate) until: Option<Unsynced>,
}

/// One event in progress: the time, the durable state, and what the event does besides changing the soft state.
pub(crate) struct Step<'a, C: Coordinator> {
    pub(crate) now: Now,
    state: &'a mut C::State,
    env: &'a dyn Env<C>,
    replies: Vec<C::Reply>,
    /// In the order in which they were set; `None` cancels.
    timers: Vec<(C::Timer, Option<Instant>)>,
    reports: Vec<C::Report>,
    has_written: bool,
    unsynced: Option<Unsynced>,
}

/// What is done after an event, once the lock is released.
#[must_use]
struct After<C: Coordinator> {
    woken: Vec<Arc<WaitList>>,
    reports: Vec<C::Report>,
    has_written: bool,
}

impl<C: Coordinator> After<C> {
    fn run(self, env: &dyn Env<C>) {
        self.woken.iter().for_each(|list| list.wake());
        if self.has_written || !self.reports.is_empty() {
            env.changed();
        }
        self.reports.iter().for_each(|report| env.report(report));
    }
}

impl<C: Coordinator> Step<'_, C> {
    pub(crate) fn state(&self) -> &C::State {
        self.state
    }

    /// Appends records, in one batch if they fit one, and applies them to the durable state. After an error those that
    /// were appended before it were applied; of what fits one batch, none.
    pub(crate) fn write(&mut self, records: Vec<C::Record>) -> Result<(), ErrorCode> {
        self.write_as(None, records)
    }

    /// As [`Step::write`], as part of a producer's transaction if one is given.
    pub(crate) fn write_as(
        &mut self,
        producer: Option<ProducerIdAndEpoch>,
        records: Vec<C::Record>,
    ) -> Result<(), ErrorCode> {
        if records.is_empty() {
            return Ok(());
        }
        let encoded = records.iter().map(C::encode).collect::<Result<Vec<_>, _>>();
        let encoded = encoded.map_err(|_| ErrorCode::UnknownServerError)?;
        let (appended, result) = self.env.append(&encoded, producer, self.now);
        self.has_written |= appended > 0;
        let mut appended = records.into_iter().take(appended);
        if bugs::planted(Bug::RecordNotReplayed) && appended.len() > 1 {
            appended.next();
        }
        appended.for_each(|record| C::replay(self.state, producer.map(|producer| producer.id), record));
        if let Some(unsynced) = result? {
            self.unsynced = Some(unsynced);
        }
        Ok(())
    }

    /// Ends a producer's transaction in the log of this shard.
    pub(crate) fn end_transaction(&mut self, marker: &EndTxnMarker) -> Result<(), ErrorCode> {
        let unsynced = self.env.append_marker(marker, self.now)?;
        self.has_written = true;
        C::replay_marker(self.state, marker.producer_id, marker.committed);
        if unsynced.is_some() {
            self.unsynced = unsynced;
        }
        Ok(())
    }

    /// Replies to a parked request once the event is over, and its records are synced if the storage asks for that.
    pub(crate) fn reply(&mut self, reply: C::Reply) {
        self.replies.push(reply);
    }

    /// A negative delay is due at once.
    pub(crate) fn set_timer(&mut self, timer: C::Timer, after_ms: i64) {
        self.timers.push((timer, Some(self.now.instant.after_ms(after_ms))));
    }

    pub(crate) fn cancel_timer(&mut self, timer: C::Timer) {
        self.timers.push((timer, None));
    }

    /// Reports what happened once the event is over.
    pub(crate) fn report(&mut self, report: C::Report) {
        self.reports.push(report);
    }
}

impl<C: Coordinator, const RANK: u8> Shard<C, RANK> {
    pub(crate) fn new(soft: C::Soft) -> Shard<C, RANK> {
        let (state, deadlines) = (C::State::default(), BTreeMap::new());
        Shard(Lock::new(Inner { state, soft, deadlines, unsynced: None }))
    }

    /// Runs an event: decide, append, replay, set timers, under the lock; wake and report after it.
    pub(crate) fn run<R>(
        &self,
        env: &dyn Env<C>,
        now: Now,
        event: impl FnOnce(&mut C::Soft, &mut Step<'_, C>) -> R,
    ) -> Ran<R> {
        let mut inner = lock(&self.0);
        let (ran, after) = inner.run(env, now, event);
        drop(inner);
        after.run(env);
        ran
    }

    /// Runs the event of a timer, unless the deadline was moved or cancelled while the timer was on its way.
    pub(crate) fn fire(
        &self,
        env: &dyn Env<C>,
        now: Now,
        timer: &C::Timer,
        event: impl FnOnce(&mut C::Soft, &mut Step<'_, C>),
    ) {
        let mut inner = lock(&self.0);
        if inner.deadlines.get(timer).is_none_or(|(at, _)| *at > now.instant) {
            return;
        }
        inner.deadlines.remove(timer);
        let (_, after) = inner.run(env, now, event);
        drop(inner);
        after.run(env);
    }

    /// Reads the state. What it says is to be shown only once the shard's last append is synced, if the storage asks
    /// for that: a power cut could take it back.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&C::State, &C::Soft) -> R) -> Ran<R> {
        let mut inner = lock(&self.0);
        if inner.unsynced.as_ref().is_some_and(|unsynced| unsynced.is_synced() == Ok(true)) {
            inner.unsynced = None;
        }
        Ran { result: read(&inner.state, &inner.soft), until: inner.unsynced.clone() }
    }

    /// Runs the last event of a shard whose log was deleted, and forgets the durable state. Kafka: `onUnloaded`.
    pub(crate) fn unload(&self, env: &dyn Env<C>, now: Now, event: impl FnOnce(&mut C::Soft, &mut Step<'_, C>)) {
        let mut inner = lock(&self.0);
        let (_, after) = inner.run(env, now, event);
        (inner.state, inner.unsynced) = (C::State::default(), None);
        drop(inner);
        after.run(env);
    }

    /// Applies what an earlier run has written.
    pub(crate) fn load(&self, entry: Entry<C::Record>) {
        entry.replay::<C>(&mut lock(&self.0).state);
    }

    /// The durable state, to be compared with a replay of the log.
    pub(crate) fn snapshot(&self) -> C::State {
        lock(&self.0).state.clone()
    }

    /// Reads the soft state, with a function that says whether a deadline is set.
    #[cfg(test)]
    pub(crate) fn inspect<R>(&self, inspect: impl FnOnce(&C::Soft, &dyn Fn(&C::Timer) -> bool) -> R) -> R {
        let inner = lock(&self.0);
        inspect(&inner.soft, &|timer| inner.deadlines.contains_key(timer))
    }
}

impl<C: Coordinator> Inner<C> {
    fn run<R>(
        &mut self,
        env: &dyn Env<C>,
        now: Now,
        event: impl FnOnce(&mut C::Soft, &mut Step<'_, C>) -> R,
    ) -> (Ran<R>, After<C>) {
        let (replies, timers, reports) = (Vec::new(), Vec::new(), Vec::new());
        let state = &mut self.state;
        let mut step = Step { now, state, env, replies, timers, reports, has_written: false, unsynced: None };
        let result = event(&mut self.soft, &mut step);
        let Step { replies, timers, reports, has_written, unsynced: until, .. } = step;
        for (timer, at) in timers {
            self.set(env, timer, at);
        }
        if until.is_some() {
            self.unsynced.clone_from(&until);
        }
        let woken = replies.into_iter().map(|reply| C::complete(reply, until.as_ref())).collect();
        (Ran { result, until }, After { woken, reports, has_written })
    }

    fn set(&mut self, env: &dyn Env<C>, timer: C::Timer, at: Option<Instant>) {
        let old = match at {
            Some(at) => {
                let key = env.set_timer(at, timer.clone());
                self.deadlines.insert(timer, (at, key))
            }
            None => self.deadlines.remove(&timer),
        };
        if let Some((_, key)) = old {
            env.cancel_timer(key);
        }
    }
}
