//! The clock of the broker. Everything that a Kafka client can see happen by time goes through [`Clock`]: the engine's
//! deadlines and jobs, and the time of requests. Time-outs of sockets are real, and so is what [`real`] is for.
#![expect(clippy::disallowed_methods, reason = "the broker's clock")]

use std::{
    fmt::Debug,
    future::Future,
    pin::Pin,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use engine::Now;

/// Completes at a time of a [`Clock`].
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) trait Clock: Debug + Send + Sync {
    fn now(&self) -> Now;
    fn sleep_until(&self, at: engine::Instant) -> Sleep;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OsClock {
    start: Instant,
}

impl OsClock {
    pub(crate) fn new() -> OsClock {
        OsClock { start: Instant::now() }
    }
}

impl Clock for OsClock {
    fn now(&self) -> Now {
        let since = self.start.elapsed();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { instant: engine::Instant(micros(since)), wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    fn sleep_until(&self, at: engine::Instant) -> Sleep {
        // Rounded up: a timer that fires too early would find nothing due.
        let at = tokio::time::Instant::from_std(self.start) + Duration::from_micros(at.0.saturating_add(1));
        Box::pin(tokio::time::sleep_until(at))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Real time, for what no Kafka client sees: the grace of a stop, the time-outs of the host's calls, the log.
pub(crate) mod real {
    pub(crate) use tokio::time::Instant;
    use tokio::time::{Duration, Sleep};

    pub(crate) fn now() -> Instant {
        Instant::now()
    }

    pub(crate) fn sleep(duration: Duration) -> Sleep {
        tokio::time::sleep(duration)
    }

    pub(crate) fn sleep_until(at: Instant) -> Sleep {
        tokio::time::sleep_until(at)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::{
        sync::{Arc, Mutex},
        task::{Poll, Waker},
    };

    use super::*;

    /// A clock that stands still until a test moves it.
    #[derive(Clone, Debug)]
    pub(crate) struct VirtualClock(Arc<Mutex<State>>);

    #[derive(Debug)]
    struct State {
        now: Now,
        sleepers: Vec<Waker>,
    }

    impl VirtualClock {
        pub(crate) fn new() -> VirtualClock {
            let now = Now { instant: engine::Instant(0), wall_ms: 1_700_000_000_000 };
            VirtualClock(Arc::new(Mutex::new(State { now, sleepers: Vec::new() })))
        }

        pub(crate) fn jump(&self, by: Duration) {
            let mut state = self.0.lock().unwrap();
            state.now.instant = state.now.instant + by;
            state.now.wall_ms += i64::try_from(by.as_millis()).unwrap();
            let sleepers = std::mem::take(&mut state.sleepers);
            drop(state);
            sleepers.into_iter().for_each(Waker::wake);
        }
    }

    impl Clock for VirtualClock {
        fn now(&self) -> Now {
            self.0.lock().unwrap().now
        }

        fn sleep_until(&self, at: engine::Instant) -> Sleep {
            let clock = self.clone();
            Box::pin(std::future::poll_fn(move |cx| {
                let mut state = clock.0.lock().unwrap();
                if state.now.instant >= at {
                    return Poll::Ready(());
                }
                state.sleepers.push(cx.waker().clone());
                Poll::Pending
            }))
        }
    }
}
