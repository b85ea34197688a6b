//! The tracing subscriber: events of an enabled level become records. Spans are disabled.

use crate::constants::*;
use crate::log;
use broker::log_line::{self, LogLine};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, LevelFilter, Metadata, Subscriber};

pub(crate) fn dispatch() -> Dispatch {
    Dispatch::new(Records)
}

struct Records;

impl Subscriber for Records {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // A change of the level rebuilds the cache, so the answer may be cached.
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Events, and the hints of `tracing::enabled!`.
        !metadata.is_span() && number(metadata) <= log::level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(log_line::filter(log::level().unsigned_abs()))
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        // The cached answer may be out of date.
        if !self.enabled(metadata) {
            return;
        }
        let line = LogLine::of(event);
        let target = line.target().unwrap_or(metadata.target()).to_owned();
        log::push(number(metadata), &target, broker::redact::text(&line.into_text()));
    }

    // Spans are never enabled, so none of these is reached.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Returns the level of a record, `TANSU_LOG_...`.
fn number(metadata: &Metadata<'_>) -> i32 {
    log_line::number(*metadata.level()) as i32
}

// The ABI has the numbers of `log_line`.
const _: () = {
    assert!(TANSU_LOG_OFF as u32 == log_line::OFF && TANSU_LOG_ERROR as u32 == log_line::ERROR);
    assert!(TANSU_LOG_WARN as u32 == log_line::WARN && TANSU_LOG_INFO as u32 == log_line::INFO);
    assert!(TANSU_LOG_DEBUG as u32 == log_line::DEBUG && TANSU_LOG_TRACE as u32 == log_line::TRACE);
};
