//! One line for each request, at DEBUG.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicI16, Ordering},
    },
};

use engine::RequestTopics;
use wire::{ErrorCode, api::Api};

use crate::{
    clock::real::{self, Instant},
    refusals::client_shown,
    shown::shown,
};

/// No storage has said what the first error code of the answer is.
const UNKNOWN: i16 = i16::MIN;

/// A request that gets its line once it is answered. There is none while the level is off.
pub(crate) struct RequestLine {
    /// What is known before the answer.
    begin: String,
    began: Instant,
    first_error: Arc<AtomicI16>,
}

impl RequestLine {
    /// `None` unless the level is on.
    pub(crate) fn begin(
        key: i16,
        version: i16,
        client_id: Option<&str>,
        host: &str,
        topics: impl FnOnce() -> RequestTopics,
    ) -> Option<RequestLine> {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return None;
        }
        let name = Api::from_key(key).map_or("", |api| api.name);
        let begin = format!("{name} v{version} of {}{}", client_shown(client_id, host), topics_shown(&topics()));
        let first_error = Arc::new(AtomicI16::new(UNKNOWN));
        Some(RequestLine { begin, began: real::now(), first_error })
    }

    /// To be set to the first error code of the answer.
    pub(crate) fn first_error(&self) -> Arc<AtomicI16> {
        self.first_error.clone()
    }

    /// Writes the line; `end` says what became of the request if it is not answered.
    pub(crate) fn end(self, end: Option<&str>) {
        let error = error_shown(self.first_error.load(Ordering::Relaxed));
        let ms = self.began.elapsed().as_secs_f64() * 1_000.0;
        let end = end.map(|end| format!(", {}", shown(end))).unwrap_or_default();
        tracing::debug!("{}{error}{end}, {ms:.3} ms", self.begin);
    }
}

fn topics_shown(topics: &RequestTopics) -> String {
    let mut text = String::new();
    for (place, name) in topics.first.iter().enumerate() {
        let before = if place == 0 { ", topic " } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{before}{}", shown(name));
    }
    match topics.count - topics.first.len() {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

fn error_shown(code: i16) -> String {
    match code {
        UNKNOWN => String::new(),
        0 => ", no error".to_owned(),
        code => ErrorCode::from_code(code)
            .map_or_else(|| format!(", error {code}"), |known| format!(", error {code} ({known:?})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_and_errors_are_shown() {
        let of = |first: &[&str], count| {
            topics_shown(&RequestTopics { first: first.iter().map(|name| (*name).to_owned()).collect(), count })
        };
        assert_eq!(of(&[], 0), "");
        assert_eq!(of(&["a\r"], 1), ", topic a\\r");
        assert_eq!(of(&["a", "b", "c"], 12), ", topic a, b, c and 9 more");
        assert_eq!(error_shown(UNKNOWN), "");
        assert_eq!(error_shown(0), ", no error");
        assert_eq!(error_shown(3), ", error 3 (UnknownTopicOrPartition)");
        assert_eq!(error_shown(12_345), ", error 12345");
    }
}
