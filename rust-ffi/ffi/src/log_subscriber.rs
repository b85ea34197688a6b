//! The tracing subscriber: events of the wanted level become records; spans cost nothing.

use crate::constants::*;
use crate::log;
use broker::storages_log::TARGET_FIELD;
use std::fmt::{self, Write};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Level, LevelFilter, Metadata, Subscriber};

pub(crate) fn dispatch() -> Dispatch {
    Dispatch::new(Records)
}

struct Records;

impl Subscriber for Records {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Asked again whenever the level changes, so the answer may be remembered.
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && number(metadata) <= log::level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match log::level() {
            TANSU_LOG_OFF => LevelFilter::OFF,
            TANSU_LOG_ERROR => LevelFilter::ERROR,
            TANSU_LOG_WARN => LevelFilter::WARN,
            TANSU_LOG_INFO => LevelFilter::INFO,
            TANSU_LOG_DEBUG => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        })
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        // The remembered answer may be a moment old.
        if !self.enabled(metadata) {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        let text = format!("{}{}", line.message, line.fields);
        let target = line.target.as_deref().unwrap_or(metadata.target());
        log::push(number(metadata), target, broker::redact::text(&text));
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

fn number(metadata: &Metadata<'_>) -> i32 {
    match *metadata.level() {
        Level::ERROR => TANSU_LOG_ERROR,
        Level::WARN => TANSU_LOG_WARN,
        Level::INFO => TANSU_LOG_INFO,
        Level::DEBUG => TANSU_LOG_DEBUG,
        Level::TRACE => TANSU_LOG_TRACE,
    }
}

/// A record as one line: the message, then ` name=value` for each field.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
    /// The target that the record had in the library of Tansu's storages.
    target: Option<String>,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format_args!("{value:?}"));
    }
}

impl Line {
    fn take(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            TARGET_FIELD => {
                self.target = Some(value.to_string());
                Ok(())
            }
            name => write!(self.fields, " {name}={value}"),
        };
    }
}
