//! The error of a function body, which `guard.rs` turns into a status and a `tansu_error`.

use crate::constants::*;
use crate::status::*;
use broker::Kind;

/// The properties of an error.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub status: i32,
    pub kind: i32,
    pub message: String,
    pub os_code: i32,
    pub fatal: bool,
    pub retriable: bool,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub fn new(status: i32, message: impl Into<String>) -> Failure {
        Failure { status, kind: kind_of(status), message: message.into(), os_code: 0, fatal: false, retriable: false }
    }

    pub fn null(what: &str) -> Failure {
        Failure::new(TANSU_E_NULL, format!("{what} is NULL"))
    }

    /// `type_name` is the type of a handle; the argument has the same name without `tansu_`.
    pub fn null_handle(type_name: &str, maker: &str) -> Failure {
        let argument = type_name.trim_start_matches("tansu_");
        Failure::new(TANSU_E_NULL, format!("{argument} is NULL. Pass a {type_name}; {maker} creates one."))
    }

    pub fn reentrant(what: &str, remedy: &str) -> Failure {
        let message = format!("{what} was called inside a callback of this broker; it would wait for itself. {remedy}");
        Failure::new(TANSU_E_REENTRANT, message)
    }

    pub fn in_log_callback(what: &str) -> Failure {
        let message = format!("{what} was called inside the log callback, where only getters and stop are allowed");
        Failure::new(TANSU_E_REENTRANT, message)
    }
}

impl From<broker::Error> for Failure {
    fn from(error: broker::Error) -> Failure {
        Failure {
            status: status_of(error.kind),
            kind: kind_number(error.kind),
            message: error.message,
            os_code: error.os_code,
            fatal: error.fatal,
            retriable: error.retriable,
        }
    }
}

fn status_of(kind: Kind) -> i32 {
    match kind {
        Kind::Config => TANSU_E_CONFIG,
        Kind::Bind => TANSU_E_BIND,
        Kind::Storage => TANSU_E_STORAGE,
        Kind::Io => TANSU_E_IO,
        Kind::Timeout => TANSU_E_TIMEOUT,
        Kind::State => TANSU_E_STATE,
        Kind::Panic => TANSU_E_PANIC,
        Kind::Internal => TANSU_E_INTERNAL,
        Kind::Argument => TANSU_E_INVALID_ARG,
        Kind::Kafka => TANSU_E_KAFKA,
    }
}

fn kind_number(kind: Kind) -> i32 {
    match kind {
        Kind::Config => TANSU_KIND_CONFIG,
        Kind::Bind => TANSU_KIND_BIND,
        Kind::Storage => TANSU_KIND_STORAGE,
        Kind::Io => TANSU_KIND_IO,
        Kind::Timeout => TANSU_KIND_TIMEOUT,
        Kind::State => TANSU_KIND_STATE,
        Kind::Panic => TANSU_KIND_PANIC,
        Kind::Internal => TANSU_KIND_INTERNAL,
        Kind::Argument | Kind::Kafka => TANSU_KIND_ARGUMENT,
    }
}

/// Returns the kind of a status that did not come from the crate `broker`.
fn kind_of(status: i32) -> i32 {
    match status {
        TANSU_E_UNKNOWN_KEY | TANSU_E_CONFIG => TANSU_KIND_CONFIG,
        TANSU_E_BIND => TANSU_KIND_BIND,
        TANSU_E_STORAGE => TANSU_KIND_STORAGE,
        TANSU_E_IO => TANSU_KIND_IO,
        TANSU_E_TIMEOUT => TANSU_KIND_TIMEOUT,
        TANSU_E_STATE | TANSU_E_REENTRANT | TANSU_E_FORKED => TANSU_KIND_STATE,
        TANSU_E_PANIC => TANSU_KIND_PANIC,
        TANSU_E_NULL | TANSU_E_INVALID_ARG | TANSU_E_UTF8 | TANSU_E_UNSUPPORTED | TANSU_E_BUFFER | TANSU_E_HANDLE => {
            TANSU_KIND_ARGUMENT
        }
        TANSU_E_UNKNOWN_COMMAND | TANSU_E_KAFKA => TANSU_KIND_ARGUMENT,
        _ => TANSU_KIND_INTERNAL,
    }
}

#[cfg(feature = "test-hooks")]
pub(crate) fn broker_kind(status: i32) -> Option<Kind> {
    Some(match status {
        TANSU_E_CONFIG => Kind::Config,
        TANSU_E_BIND => Kind::Bind,
        TANSU_E_STORAGE => Kind::Storage,
        TANSU_E_IO => Kind::Io,
        TANSU_E_TIMEOUT => Kind::Timeout,
        TANSU_E_STATE => Kind::State,
        TANSU_E_PANIC => Kind::Panic,
        TANSU_E_INTERNAL => Kind::Internal,
        TANSU_E_INVALID_ARG => Kind::Argument,
        TANSU_E_KAFKA => Kind::Kafka,
        _ => return None,
    })
}
