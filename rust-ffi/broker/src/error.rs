//! Errors of a broker, as its embedder receives them.

/// Coarse class of an error; the numbers are ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Kind {
    Config = 1,
    Bind = 2,
    Storage = 3,
    Io = 4,
    Timeout = 5,
    State = 6,
    Panic = 7,
    Internal = 8,
    Argument = 9,
    /// An error of Kafka's protocol. The ABI reports it as an argument error with its own status.
    Kafka = 10,
}

/// An error: immutable, cheap to clone, without secrets.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    /// errno, or 0.
    pub os_code: i32,
    /// The broker stops because of it.
    pub fatal: bool,
    /// The same call may succeed later.
    pub retriable: bool,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), os_code: 0, fatal: false, retriable: kind == Kind::Timeout }
    }

    pub fn os(mut self, error: &std::io::Error) -> Error {
        self.os_code = error.raw_os_error().unwrap_or(0);
        self
    }

    pub fn fatal(mut self) -> Error {
        self.fatal = true;
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
