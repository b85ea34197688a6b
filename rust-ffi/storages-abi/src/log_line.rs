//! The text and the level of a log record, for the `tracing` subscribers of both libraries.

use std::fmt::{self, Write};

use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Level, LevelFilter};

/// Levels as they cross the boundary and the public C ABI: 0 (off) to 5 (trace).
pub const OFF: u32 = 0;
pub const ERROR: u32 = 1;
pub const WARN: u32 = 2;
pub const INFO: u32 = 3;
pub const DEBUG: u32 = 4;
pub const TRACE: u32 = 5;

/// The field with the original target of a record from a loaded library.
pub const TARGET_FIELD: &str = "storages_target";

/// Returns the number of a level.
pub fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => ERROR,
        Level::WARN => WARN,
        Level::INFO => INFO,
        Level::DEBUG => DEBUG,
        Level::TRACE => TRACE,
    }
}

/// Returns the filter for the number of a level. A number above 5 means all records.
pub fn filter(number: u32) -> LevelFilter {
    match number {
        OFF => LevelFilter::OFF,
        ERROR => LevelFilter::ERROR,
        WARN => LevelFilter::WARN,
        INFO => LevelFilter::INFO,
        DEBUG => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

/// A record as one line.
#[derive(Debug, Default)]
pub struct LogLine {
    message: String,
    fields: String,
    target: Option<String>,
}

impl LogLine {
    pub fn of(event: &Event<'_>) -> LogLine {
        let mut line = LogLine::default();
        event.record(&mut line);
        line
    }

    /// Returns the original target of a record from a loaded library.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns the message, then ` name=value` for each field.
    pub fn into_text(self) -> String {
        self.message + &self.fields
    }

    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
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

impl Visit for LogLine {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}
