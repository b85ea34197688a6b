//! Time-outs as the ABI writes them: milliseconds, -1 for ever. The one file here that reads a clock.
#![expect(clippy::disallowed_methods, reason = "the clock of the time-outs of the ABI")]

use crate::failure::{Failure, Outcome};
use crate::status::TANSU_E_INVALID_ARG;
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    pub fn after(timeout: Option<Duration>) -> Deadline {
        // What lies beyond the clock is for ever.
        Deadline(timeout.and_then(|t| Instant::now().checked_add(t)))
    }

    /// What is left; `None` is for ever.
    pub fn left(&self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }
}

/// Ten years stand for everything longer, which clocks cannot add.
const MS_MAX: u64 = 10 * 365 * 24 * 3_600 * 1_000;

/// Milliseconds of an argument; `None` is -1.
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
