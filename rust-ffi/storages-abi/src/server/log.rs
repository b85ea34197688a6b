//! The tracing subscriber of this library: events of an enabled level go to the sink of `libtansu`. Spans are disabled.

use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Level, LevelFilter, Metadata, Subscriber, dispatcher};

use super::panics::caught;
use crate::entry::LogFn;
use crate::log_line::{self, DEBUG, LogLine, OFF, TRACE, filter};

/// Longer records are cut.
const MESSAGE_BYTES_MAX: usize = 16 << 10;

static LEVEL: AtomicU32 = AtomicU32::new(OFF);
/// The sink, as a pointer; NULL before the first call.
static SINK: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// # Safety
/// `sink` may be called until the process ends.
pub(super) unsafe extern "C" fn set(level: u32, sink: LogFn) {
    static INSTALLED: Once = Once::new();
    // The function has no result that could report a panic.
    let _ = caught(|| {
        SINK.store(sink as *mut (), Ordering::Release);
        LEVEL.store(level.min(TRACE), Ordering::Release);
        INSTALLED.call_once(|| {
            // Fails if this library's code has set a subscriber, which then keeps its records.
            let _ = dispatcher::set_global_default(Dispatch::new(Records));
        });
        // Makes every callsite query the subscriber again.
        tracing_core::callsite::rebuild_interest_cache();
    });
}

struct Records;

impl Subscriber for Records {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && number(metadata) <= LEVEL.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(filter(LEVEL.load(Ordering::Relaxed)))
    }

    fn event(&self, event: &Event<'_>) {
        // The cached answer may be out of date.
        if self.enabled(event.metadata()) {
            let mut text = LogLine::of(event).into_text();
            text.truncate(text.floor_char_boundary(MESSAGE_BYTES_MAX));
            send(number(event.metadata()), event.metadata().target(), text);
        }
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

fn send(level: u32, target: &str, message: String) {
    let sink = SINK.load(Ordering::Acquire);
    if !sink.is_null() {
        // SAFETY: only `set` stores it, from a `LogFn`.
        let sink = unsafe { std::mem::transmute::<*mut (), LogFn>(sink) };
        // SAFETY: the contract of `LogFn`; both texts live until the call returns.
        unsafe { sink(level, target.as_ptr(), target.len(), message.as_ptr(), message.len()) }
    }
}

/// Returns the level of a record. Upstream logs the results of its functions at INFO; they are lowered to DEBUG.
fn number(metadata: &Metadata<'_>) -> u32 {
    match *metadata.level() {
        Level::INFO if metadata.target().starts_with("nisshi") => DEBUG,
        level => log_line::number(level),
    }
}
