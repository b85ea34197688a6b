//! The clock for the engine.
#![expect(clippy::disallowed_methods, reason = "the broker's clock")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use engine::Now;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock { start: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        let since = self.start.elapsed();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { instant: engine::Instant(micros(since)), wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    /// Converts an instant of the engine to one of tokio.
    pub(crate) fn at(&self, instant: engine::Instant) -> tokio::time::Instant {
        // Rounded up: a timer that fires too early would find nothing due.
        tokio::time::Instant::from_std(self.start) + Duration::from_micros(instant.0.saturating_add(1))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
