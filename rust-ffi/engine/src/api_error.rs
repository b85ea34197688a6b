//! Why a part of a request is refused: Kafka's code and its words. Kafka: `ApiError`.

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

    /// Kafka sends no words with it.
    pub(crate) fn bare(code: ErrorCode) -> ApiError {
        ApiError { code, message: None }
    }

    /// What to do within no time at all is not begun. Measured on Kafka 4.3.1: nothing is changed, whatever else is
    /// wrong with the request. Kafka: `KafkaEventQueue`, which gives up on an event whose deadline has passed.
    pub(crate) fn timed_out() -> ApiError {
        ApiError::bare(ErrorCode::RequestTimedOut)
    }
}

/// Code and message of an answer. `A` is what else there is to say of success.
pub(crate) fn code<A>(answer: &Result<A, ApiError>) -> i16 {
    answer.as_ref().err().map_or(ErrorCode::None, |error| error.code).code()
}

pub(crate) fn message<A>(answer: &Result<A, ApiError>) -> Option<&str> {
    answer.as_ref().err()?.message.as_deref()
}

/// What an answer takes, roughly, in memory and on the wire.
pub(crate) fn bytes<A>(answer: &Result<A, ApiError>) -> usize {
    64 + message(answer).map_or(0, str::len)
}
