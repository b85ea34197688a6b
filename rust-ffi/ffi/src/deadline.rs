//! Timeouts of the ABI: milliseconds, -1 for no limit. The only file of this crate that reads a clock.
#![expect(clippy::disallowed_methods, reason = "the clock of the ABI's timeouts")]

use crate::failure::{Failure, Outcome};
use crate::status::TANSU_E_INVALID_ARG;
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    pub fn after(timeout: Option<Duration>) -> Deadline {
        // A deadline beyond the clock's range is no limit.
        Deadline(timeout.and_then(|t| Instant::now().checked_add(t)))
    }

    /// Returns the remaining time; `None` is no limit.
    pub fn left(&self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }
}

/// Longer timeouts are cut to ten years, because a clock cannot add arbitrary ones.
const MS_MAX: u64 = 10 * 365 * 24 * 3_600 * 1_000;

/// Converts a timeout argument; -1 is `None`.
pub(crate) fn milliseconds(name: &str, ms: i64) -> Outcome<Option<Duration>> {
    match ms {
        -1 => Ok(None),
        0.. => Ok(Some(Duration::from_millis(ms.unsigned_abs().min(MS_MAX)))),
        _ => {
            let message = format!("{name} is {ms}; it must be -1 or at least 0");
            Err(Failure::new(TANSU_E_INVALID_ARG, message))
        }
    }
}
