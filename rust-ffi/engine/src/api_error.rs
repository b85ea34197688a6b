//! Error code and message for one part of a request. Kafka: `ApiError`.

use wire::ErrorCode;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub code: ErrorCode,
    pub message: Option<String>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> ApiError {
        ApiError { code, message: Some(message.into()) }
    }

    /// Creates an error without a message, as Kafka sends it.
    pub(crate) fn bare(code: ErrorCode) -> ApiError {
        ApiError { code, message: None }
    }

    /// Creates the error for a request with a timeout of zero. Measured on Kafka 4.3.1: nothing is changed, whatever
    /// else is wrong with the request. Kafka: `KafkaEventQueue`, which drops events whose deadline has passed.
    pub(crate) fn timed_out() -> ApiError {
        ApiError::bare(ErrorCode::RequestTimedOut)
    }
}

/// Returns the error code of a result.
pub(crate) fn code<A>(answer: &Result<A, ApiError>) -> i16 {
    answer.as_ref().err().map_or(ErrorCode::None, |error| error.code).code()
}

pub(crate) fn message<A>(answer: &Result<A, ApiError>) -> Option<&str> {
    answer.as_ref().err()?.message.as_deref()
}

/// Returns the approximate size of a result in memory and on the wire.
pub(crate) fn bytes<A>(answer: &Result<A, ApiError>) -> usize {
    64 + message(answer).map_or(0, str::len)
}
