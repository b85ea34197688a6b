//! Errors of opening a storage and of commands.

use std::fmt;

use wire::ErrorCode;

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenErrorKind {
    /// In the URL or its options.
    Config,
    /// No server answers, or it refuses the connection.
    Unreachable,
    /// In the stored data or its file.
    Storage,
}

/// A storage that could not be opened. The message names the URL without its secrets, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    pub kind: OpenErrorKind,
    pub message: String,
}

impl OpenError {
    pub(crate) fn config(message: impl Into<String>) -> OpenError {
        OpenError { kind: OpenErrorKind::Config, message: message.into() }
    }

    pub(crate) fn unreachable(message: impl Into<String>) -> OpenError {
        OpenError { kind: OpenErrorKind::Unreachable, message: message.into() }
    }

    pub(crate) fn storage(message: impl Into<String>) -> OpenError {
        OpenError { kind: OpenErrorKind::Storage, message: message.into() }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for OpenError {}

/// A command that Kafka's rules refuse or that failed in the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    pub code: ErrorCode,
    pub message: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kafka error {} ({:?}): {}", self.code.code(), self.code, self.message)
    }
}

impl std::error::Error for CallError {}
