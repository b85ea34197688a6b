//! The lifecycle of a broker, and the threads that wait for its changes.

use std::{
    fmt,
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

use crate::error::{Error, Kind};

/// The numbers are ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum State {
    New = 0,
    Starting = 1,
    Running = 2,
    Stopping = 3,
    Stopped = 4,
    Failed = 5,
}

struct Lifecycle {
    state: State,
    port: u16,
    fatal: Option<Error>,
    /// `Events::stopped` has returned.
    finished: bool,
}

pub(crate) struct Status {
    current: Mutex<Lifecycle>,
    changed: Condvar,
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Status").field(&self.state()).finish()
    }
}

impl Status {
    pub(crate) fn new() -> Status {
        let current = Lifecycle { state: State::New, port: 0, fatal: None, finished: false };
        Status { current: Mutex::new(current), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Lifecycle> {
        self.current.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn change<T>(&self, f: impl FnOnce(&mut Lifecycle) -> T) -> T {
        let result = f(&mut self.lock());
        self.changed.notify_all();
        result
    }

    pub(crate) fn starting(&self) -> Result<(), Error> {
        self.change(|current| match current.state {
            State::New => {
                current.state = State::Starting;
                Ok(())
            }
            state => Err(Error::new(
                Kind::State,
                format!("start() on a broker that is {state:?}; a handle is used once. Make a new one."),
            )),
        })
    }

    /// Returns whether the broker is running; it may have been stopped or have failed meanwhile.
    pub(crate) fn ready(&self, port: u16) -> bool {
        self.change(|current| {
            current.port = port;
            if current.state == State::Starting {
                current.state = State::Running;
            }
            current.state == State::Running
        })
    }

    /// Returns whether the state has changed.
    pub(crate) fn stopping(&self) -> bool {
        self.change(|current| match current.state {
            State::Starting | State::Running => {
                current.state = State::Stopping;
                true
            }
            _ => false,
        })
    }

    /// Returns whether it is the first fatal error. A stopped broker cannot fail any more.
    pub(crate) fn fail(&self, error: Error) -> bool {
        self.change(|current| {
            if current.state == State::Stopped {
                return false;
            }
            let first = current.fatal.is_none();
            current.fatal.get_or_insert(error);
            current.state = State::Failed;
            first
        })
    }

    pub(crate) fn stopped(&self) {
        self.change(|current| {
            if current.state != State::Failed {
                current.state = State::Stopped;
            }
        });
    }

    pub(crate) fn finished(&self) {
        self.change(|current| current.finished = true);
    }

    pub(crate) fn wait_ready(&self, timeout: Option<Duration>) -> Result<u16, Error> {
        self.until(timeout, "the broker to be ready", |current| {
            if let Some(fatal) = &current.fatal {
                return Some(Err(fatal.clone()));
            }
            match current.state {
                State::New => Some(Err(Error::new(Kind::State, "wait_ready() before start()"))),
                State::Running => Some(Ok(current.port)),
                State::Stopping | State::Stopped => {
                    Some(Err(Error::new(Kind::State, "the broker was stopped before it was ready")))
                }
                State::Starting | State::Failed => None,
            }
        })
    }

    pub(crate) fn wait(&self, timeout: Option<Duration>) -> Result<(), Error> {
        self.until(timeout, "the broker to stop", |current| match current.state {
            State::New => Some(Err(Error::new(Kind::State, "wait() before start()"))),
            _ if current.finished => Some(current.fatal.clone().map_or(Ok(()), Err)),
            _ => None,
        })
    }

    fn until<T>(
        &self,
        timeout: Option<Duration>,
        what: &str,
        mut done: impl FnMut(&Lifecycle) -> Option<Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut result = None;
        let guard = self.lock();
        let waiting = |current: &mut Lifecycle| {
            result = done(current);
            result.is_none()
        };
        match timeout {
            None => drop(self.changed.wait_while(guard, waiting)),
            Some(limit) => drop(self.changed.wait_timeout_while(guard, limit, waiting)),
        }
        result.unwrap_or_else(|| {
            Err(Error::new(Kind::Timeout, format!("waited {} ms for {what}", timeout.unwrap_or_default().as_millis())))
        })
    }

    pub(crate) fn state(&self) -> State {
        self.lock().state
    }

    pub(crate) fn port(&self) -> u16 {
        self.lock().port
    }

    pub(crate) fn fatal(&self) -> Option<Error> {
        self.lock().fatal.clone()
    }
}
