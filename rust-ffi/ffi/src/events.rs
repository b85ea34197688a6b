//! The channel from the broker to the host's callbacks: a queue and one thread, `tansu-cb-<id>`.
//!
//! The broker's threads only push, so a callback that waits for an interpreter lock does not block them, and a
//! comparison of thread ids tells whether the current thread is in a callback. The channel guarantees: one callback at
//! a time, in order, without a lock held; on_started, on_fatal and on_stopped at most once; no callback after
//! on_stopped or after the channel is closed; `release` once and last.

use crate::callbacks::Callbacks;
use crate::deadline::Deadline;
use crate::failure::{Failure, Outcome};
use crate::status::*;
use crate::{guard, signals};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, ThreadId};

enum Event {
    Started(u16),
    Error(Failure),
    Fatal(Failure),
    Stopped,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Release {
    Pending,
    /// This thread runs it.
    Claimed(ThreadId),
    Done,
}

struct ChannelState {
    queue: VecDeque<Event>,
    /// No callback except `release` begins any more.
    closed: bool,
    /// The thread ends without calling `release`, because the start failed.
    ended: bool,
    /// Whether on_fatal and on_stopped have been queued.
    fatal_seen: bool,
    stopped_seen: bool,
    stopped_delivered: bool,
    in_flight: bool,
    /// Number of `detach` calls that wait for the callback in flight; each will run `release` itself.
    detaching: u32,
    release: Release,
    thread: Option<ThreadId>,
    join: Option<JoinHandle<()>>,
}

pub(crate) struct Channel {
    callbacks: Callbacks,
    state: Mutex<ChannelState>,
    changed: Condvar,
}

impl Channel {
    pub fn new(callbacks: Callbacks) -> Arc<Channel> {
        let silent = !callbacks.any();
        let state = ChannelState {
            queue: VecDeque::new(),
            closed: silent,
            ended: false,
            fatal_seen: false,
            stopped_seen: false,
            stopped_delivered: false,
            in_flight: false,
            detaching: 0,
            release: if silent { Release::Done } else { Release::Pending },
            thread: None,
            join: None,
        };
        Arc::new(Channel { callbacks, state: Mutex::new(state), changed: Condvar::new() })
    }

    /// Starts the callback thread, unless it runs or no callback is set.
    pub fn start(self: &Arc<Channel>, id: u64) -> Outcome {
        let mut state = self.lock();
        if state.join.is_some() || state.closed {
            return Ok(());
        }
        let channel = Arc::clone(self);
        let thread = std::thread::Builder::new().name(format!("tansu-cb-{id}"));
        let join = signals::blocked(|| thread.spawn(move || channel.run())).map_err(|e| {
            let os_code = e.raw_os_error().unwrap_or(0);
            Failure {
                os_code,
                retriable: true,
                ..Failure::new(TANSU_E_IO, format!("no thread for the callbacks: {e}"))
            }
        })?;
        state.thread = Some(join.thread().id());
        state.join = Some(join);
        Ok(())
    }

    /// Ends the callback thread of a broker whose start failed; `release` waits for detach or free.
    pub fn cancel_start(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    pub fn started(&self, port: u16) {
        self.push(Event::Started(port), |_| true);
    }

    pub fn error(&self, failure: Failure) {
        self.push(Event::Error(failure), |_| true);
    }

    pub fn fatal(&self, failure: Failure) {
        self.push(Event::Fatal(failure), |state| !std::mem::replace(&mut state.fatal_seen, true));
    }

    pub fn stopped(&self) {
        self.push(Event::Stopped, |state| !std::mem::replace(&mut state.stopped_seen, true));
    }

    fn push(&self, event: Event, admit: impl FnOnce(&mut ChannelState) -> bool) {
        let mut state = self.lock();
        // The queue is unbounded: errors are rare and must not be dropped.
        if !state.closed && !state.stopped_seen && admit(&mut state) {
            state.queue.push_back(event);
            self.changed.notify_all();
        }
    }

    /// Whether this thread is inside a callback of this broker, `release` on a host thread included.
    pub fn in_callback(&self) -> bool {
        let me = std::thread::current().id();
        let state = self.lock();
        state.thread == Some(me) || state.release == Release::Claimed(me)
    }

    /// Waits until the host has nothing more to expect: on_stopped and `release` have returned, or the gate is closed.
    pub fn wait_delivered(&self, deadline: Deadline) -> Outcome {
        // After a failed start no callback follows.
        let done = |state: &ChannelState| state.closed || state.ended || state.release == Release::Done;
        let (mut state, timely) = self.wait_until(deadline, done);
        if !timely {
            let message = "the broker has stopped, but a callback of it has not returned in the time given";
            return Err(Failure::new(TANSU_E_TIMEOUT, message));
        }
        // The thread is about to end. After the join it no longer exists when the caller continues.
        let join = if state.release == Release::Done { state.join.take() } else { None };
        drop(state);
        if let Some(join) = join
            && join.thread().id() != std::thread::current().id()
        {
            let _ = join.join();
        }
        Ok(())
    }

    /// Closes the channel, waits for the callback in flight and runs `release` on this thread.
    pub fn detach(&self, deadline: Deadline) -> Outcome {
        let me = std::thread::current().id();
        let mut state = self.lock();
        self.close(&mut state);
        if state.thread == Some(me) || state.release == Release::Claimed(me) {
            return Ok(());
        }
        state.detaching += 1;
        drop(state);
        let idle = |state: &ChannelState| !state.in_flight && !matches!(state.release, Release::Claimed(_));
        let (mut state, timely) = self.wait_until(deadline, idle);
        state.detaching -= 1;
        if !timely {
            let message = "a callback has not returned in the time given; no other will begin";
            return Err(Failure::new(TANSU_E_TIMEOUT, message));
        }
        self.release_once(state);
        Ok(())
    }

    /// Closes the channel. `release` runs on this thread unless a callback is in flight; then it runs after that
    /// callback returns.
    pub fn abandon(&self) {
        let mut state = self.lock();
        self.close(&mut state);
        if !state.in_flight && state.detaching == 0 {
            self.release_once(state);
        }
    }

    fn close(&self, state: &mut ChannelState) {
        state.closed = true;
        state.queue.clear();
        self.changed.notify_all();
    }

    fn release_once(&self, mut state: MutexGuard<'_, ChannelState>) {
        if state.release != Release::Pending {
            return;
        }
        state.release = Release::Claimed(std::thread::current().id());
        drop(state);
        self.callbacks.release();
        self.lock().release = Release::Done;
        self.changed.notify_all();
    }

    /// Runs the callback thread.
    fn run(&self) {
        // The thread id must be known before the first callback can ask for it.
        let mut state = self.lock();
        state.thread = Some(std::thread::current().id());
        loop {
            if state.closed {
                if state.detaching == 0 {
                    self.release_once(state);
                }
                return;
            }
            if state.stopped_delivered {
                self.release_once(state);
                return;
            }
            if let Some(event) = state.queue.pop_front() {
                state.in_flight = true;
                drop(state);
                let last = matches!(event, Event::Stopped);
                // Catches panics of the library; `call_host` guards the host's code.
                let _ = guard::catch_panic(|| self.deliver(event));
                state = self.lock();
                state.in_flight = false;
                state.stopped_delivered |= last;
                self.changed.notify_all();
            } else if state.ended {
                return;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn deliver(&self, event: Event) {
        match event {
            Event::Started(port) => self.callbacks.started(port),
            Event::Error(failure) => self.callbacks.error(failure),
            Event::Fatal(failure) => self.callbacks.fatal(failure),
            Event::Stopped => self.callbacks.stopped(),
        }
    }

    /// Waits for `done`; returns the lock and whether `done` became true before the deadline.
    fn wait_until(
        &self,
        deadline: Deadline,
        done: impl Fn(&ChannelState) -> bool,
    ) -> (MutexGuard<'_, ChannelState>, bool) {
        let mut state = self.lock();
        loop {
            if done(&state) {
                return (state, true);
            }
            state = match deadline.left() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return (state, false),
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, ChannelState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forwards the broker's events to a channel.
pub(crate) struct EventForwarder(pub Arc<Channel>);

impl broker::Events for EventForwarder {
    fn started(&self, port: u16) {
        self.0.started(port);
    }

    fn error(&self, error: broker::Error) {
        self.0.error(error.into());
    }

    fn fatal(&self, error: broker::Error) {
        self.0.fatal(error.into());
    }

    fn stopped(&self) {
        self.0.stopped();
    }
}
