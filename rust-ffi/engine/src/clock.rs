//! Time as an argument: no code of this crate reads a clock.

use std::{
    ops::{Add, Sub},
    time::Duration,
};

/// A point of the engine's own monotonic time, in microseconds since an arbitrary start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

impl Instant {
    /// Later than any deadline.
    pub const NEVER: Instant = Instant(u64::MAX);

    /// Adds milliseconds; a negative number, which clients may send, counts as zero.
    pub fn after_ms(self, ms: i64) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(ms).unwrap_or(0).saturating_mul(1_000)))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// Zero if `earlier` is later.
    fn sub(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

/// The current time on both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    pub instant: Instant,
    /// Milliseconds since 1970, as records carry them.
    pub wall_ms: i64,
}
