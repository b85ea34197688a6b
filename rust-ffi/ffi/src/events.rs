//! The way from the broker to the host's callbacks: a queue, a gate and one thread, `tansu-cb-<id>`.
//!
//! The broker's threads only push; so a callback that waits for an interpreter lock never stalls them, and "is this a
//! callback of that broker" is one comparison of thread ids. The contract that is kept here: one callback at a time, in
//! order, no lock held; on_started, on_fatal and on_stopped at most once; nothing after on_stopped or after the gate is
//! closed; `release` once and last.

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
    /// One thread is running it.
    Claimed(ThreadId),
    Done,
}

struct Inner {
    queue: VecDeque<Event>,
    /// No callback but `release` from now on.
    closed: bool,
    /// The thread has no more to do but `release` (on_stopped has returned) or must end without it (start failed).
    ended: bool,
    /// on_fatal, on_stopped have been queued.
    fatal_seen: bool,
    stopped_seen: bool,
    stopped_delivered: bool,
    in_flight: bool,
    /// Callers of `detach` that wait for the callback in flight, and will run `release` themselves.
    detaching: u32,
    release: Release,
    thread: Option<ThreadId>,
    join: Option<JoinHandle<()>>,
}

pub(crate) struct Channel {
    callbacks: Callbacks,
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Channel {
    pub fn new(callbacks: Callbacks) -> Arc<Channel> {
        let silent = !callbacks.any();
        let inner = Inner {
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
        Arc::new(Channel { callbacks, inner: Mutex::new(inner), changed: Condvar::new() })
    }

    /// Starts the callback thread, unless it was started or there is nothing to call.
    pub fn start(self: &Arc<Channel>, id: u64) -> Outcome {
        let mut inner = self.lock();
        if inner.join.is_some() || inner.closed {
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
        inner.thread = Some(join.thread().id());
        inner.join = Some(join);
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
        self.push(Event::Fatal(failure), |inner| !std::mem::replace(&mut inner.fatal_seen, true));
    }

    pub fn stopped(&self) {
        self.push(Event::Stopped, |inner| !std::mem::replace(&mut inner.stopped_seen, true));
    }

    fn push(&self, event: Event, admit: impl FnOnce(&mut Inner) -> bool) {
        let mut inner = self.lock();
        // Errors are never dropped while the host listens: the queue has no bound, and errors are few.
        if !inner.closed && !inner.stopped_seen && admit(&mut inner) {
            inner.queue.push_back(event);
            self.changed.notify_all();
        }
    }

    /// Whether this thread is inside a callback of this broker, `release` on a host thread included.
    pub fn in_callback(&self) -> bool {
        let me = std::thread::current().id();
        let inner = self.lock();
        inner.thread == Some(me) || inner.release == Release::Claimed(me)
    }

    /// Waits until the host has nothing more to expect: on_stopped and `release` have returned, or the gate is closed.
    pub fn wait_delivered(&self, deadline: Deadline) -> Outcome {
        // After a start that failed nothing is told any more.
        let done = |inner: &Inner| inner.closed || inner.ended || inner.release == Release::Done;
        let (mut inner, timely) = self.wait_until(deadline, done);
        if !timely {
            let message = "the broker has stopped, but a callback of it has not returned in the time given";
            return Err(Failure::new(TANSU_E_TIMEOUT, message));
        }
        // The thread has nothing to do but to end; joined, it is gone from the process when the caller goes on.
        let join = if inner.release == Release::Done { inner.join.take() } else { None };
        drop(inner);
        if let Some(join) = join
            && join.thread().id() != std::thread::current().id()
        {
            let _ = join.join();
        }
        Ok(())
    }

    /// Closes the gate, waits for the callback in flight and runs `release` here.
    pub fn detach(&self, deadline: Deadline) -> Outcome {
        let me = std::thread::current().id();
        let mut inner = self.lock();
        self.close(&mut inner);
        if inner.thread == Some(me) || inner.release == Release::Claimed(me) {
            return Ok(());
        }
        inner.detaching += 1;
        drop(inner);
        let idle = |inner: &Inner| !inner.in_flight && !matches!(inner.release, Release::Claimed(_));
        let (mut inner, timely) = self.wait_until(deadline, idle);
        inner.detaching -= 1;
        if !timely {
            let message = "a callback has not returned in the time given; no other will begin";
            return Err(Failure::new(TANSU_E_TIMEOUT, message));
        }
        self.release_once(inner);
        Ok(())
    }

    /// Closes the gate; `release` runs here unless a callback is in flight, which then runs it when it returns.
    pub fn abandon(&self) {
        let mut inner = self.lock();
        self.close(&mut inner);
        if !inner.in_flight && inner.detaching == 0 {
            self.release_once(inner);
        }
    }

    fn close(&self, inner: &mut Inner) {
        inner.closed = true;
        inner.queue.clear();
        self.changed.notify_all();
    }

    fn release_once(&self, mut inner: MutexGuard<'_, Inner>) {
        if inner.release != Release::Pending {
            return;
        }
        inner.release = Release::Claimed(std::thread::current().id());
        drop(inner);
        self.callbacks.release();
        self.lock().release = Release::Done;
        self.changed.notify_all();
    }

    /// The life of the callback thread.
    fn run(&self) {
        // The thread id must be known before the first callback can ask for it.
        let mut inner = self.lock();
        inner.thread = Some(std::thread::current().id());
        loop {
            if inner.closed {
                if inner.detaching == 0 {
                    self.release_once(inner);
                }
                return;
            }
            if inner.stopped_delivered {
                self.release_once(inner);
                return;
            }
            if let Some(event) = inner.queue.pop_front() {
                inner.in_flight = true;
                drop(inner);
                let last = matches!(event, Event::Stopped);
                // Only our own code could panic here; the host's is behind a parking guard.
                let _ = guard::catch_panic(|| self.deliver(event));
                inner = self.lock();
                inner.in_flight = false;
                inner.stopped_delivered |= last;
                self.changed.notify_all();
            } else if inner.ended {
                return;
            } else {
                inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
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

    /// The lock, and whether `done` came true in time.
    fn wait_until(&self, deadline: Deadline, done: impl Fn(&Inner) -> bool) -> (MutexGuard<'_, Inner>, bool) {
        let mut inner = self.lock();
        loop {
            if done(&inner) {
                return (inner, true);
            }
            inner = match deadline.left() {
                None => self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return (inner, false),
                Some(left) => self.changed.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The broker's view of a channel.
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
