//! The tracing subscriber of this library: events of the wanted level go to the sink of `libtansu`; spans are off.

use std::fmt::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Level, LevelFilter, Metadata, Subscriber, dispatcher};

use super::panics::caught;
use crate::entry::LogFn;

const OFF: u32 = 0;
const ERROR: u32 = 1;
const WARN: u32 = 2;
const INFO: u32 = 3;
const DEBUG: u32 = 4;
const TRACE: u32 = 5;

/// A longer record is cut.
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
            // Fails if the library's own code has set one, which then keeps its records.
            let _ = dispatcher::set_global_default(Dispatch::new(Records));
        });
        // Every callsite asks the subscriber again and remembers the answer.
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
        Some(match LEVEL.load(Ordering::Relaxed) {
            OFF => LevelFilter::OFF,
            ERROR => LevelFilter::ERROR,
            WARN => LevelFilter::WARN,
            INFO => LevelFilter::INFO,
            DEBUG => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        })
    }

    fn event(&self, event: &Event<'_>) {
        // The remembered answer may be older than the level.
        if self.enabled(event.metadata()) {
            let mut line = Line::default();
            event.record(&mut line);
            send(number(event.metadata()), event.metadata().target(), line.into_text());
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

/// Upstream reports at INFO what each of its functions returns: one level lower, so that INFO stays readable.
fn number(metadata: &Metadata<'_>) -> u32 {
    match *metadata.level() {
        Level::ERROR => ERROR,
        Level::WARN => WARN,
        Level::INFO if metadata.target().starts_with("nisshi") => DEBUG,
        Level::INFO => INFO,
        Level::DEBUG => DEBUG,
        Level::TRACE => TRACE,
    }
}

/// A record as one line: the message, then ` name=value` for each field.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn into_text(self) -> String {
        let mut text = self.message + &self.fields;
        if text.len() > MESSAGE_BYTES_MAX {
            text.truncate(text.floor_char_boundary(MESSAGE_BYTES_MAX));
        }
        text
    }

    fn take(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format_args!("{value:?}"));
    }
}
