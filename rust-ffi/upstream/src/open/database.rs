//! Messages for errors of databases, from the errors that upstream passes on.

use std::{error::Error as StdError, io};

use tansu_storage::Error;
use tokio_postgres::error::SqlState;

use crate::error::OpenErrorKind;

/// The fault and the remedy.
#[derive(Debug)]
pub(super) struct Reason {
    pub kind: OpenErrorKind,
    pub words: String,
}

/// Finds the error of PostgreSQL or the system in upstream's wrappers.
pub(super) fn postgres_reason(error: &Error) -> Reason {
    let error = cause(error);
    let unreachable = |words: String| Reason { kind: OpenErrorKind::Unreachable, words };
    if let Error::Api(tansu_sans_io::ErrorCode::RequestTimedOut) = error {
        return unreachable("it did not answer in time. Is the address right, and the server up?".into());
    }
    if let Some(postgres) = find::<tokio_postgres::Error>(error) {
        if let Some(said) = postgres.as_db_error() {
            return by_state(said.code(), said.message());
        }
        if let Some(io) = find::<io::Error>(postgres) {
            return unreachable(by_io(io));
        }
        let why = StdError::source(postgres).map_or_else(|| postgres.to_string(), ToString::to_string);
        return unreachable(format!("no connection: {why}"));
    }
    match find::<io::Error>(error) {
        Some(io) => unreachable(by_io(io)),
        None => Reason { kind: OpenErrorKind::Storage, words: error.to_string() },
    }
}

fn by_state(code: &SqlState, message: &str) -> Reason {
    let (kind, remedy) = match *code {
        SqlState::INVALID_PASSWORD => (OpenErrorKind::Unreachable, "Check user and password in the URL."),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            (OpenErrorKind::Unreachable, "Check the user in the URL, and the server's pg_hba.conf.")
        }
        SqlState::INVALID_CATALOG_NAME => (OpenErrorKind::Unreachable, "Create the database, or name another one."),
        SqlState::TOO_MANY_CONNECTIONS | SqlState::CANNOT_CONNECT_NOW => {
            (OpenErrorKind::Unreachable, "Try again later.")
        }
        SqlState::INSUFFICIENT_PRIVILEGE => {
            (OpenErrorKind::Storage, "The user needs the right to create tables in this database.")
        }
        _ => (OpenErrorKind::Storage, "That is what PostgreSQL says."),
    };
    Reason { kind, words: format!("{message}. {remedy}") }
}

fn by_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused. Is the server up, and the port right?".into(),
        io::ErrorKind::TimedOut => "it did not answer in time. Is the address right, and the server up?".into(),
        _ => format!("no connection: {error}"),
    }
}

/// Finds the error of SQLite.
pub(super) fn sqlite_reason(error: &Error) -> String {
    match cause(error) {
        Error::LibSql(error) => error.to_string(),
        Error::IncompatibleSchema { .. } | Error::OutdatedSchema { .. } => {
            "it was written by another version of the storage, whose tables this one does not know".into()
        }
        other => other.to_string(),
    }
}

fn cause(error: &Error) -> &Error {
    match error {
        Error::StartupFailed { source, .. } => cause(source),
        other => other,
    }
}

/// Upstream's errors have no source, so its variants are matched.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let inner: Option<&(dyn StdError + 'static)> = match error.downcast_ref::<Error>() {
        Some(Error::Pool(pool)) => Some(&***pool),
        Some(Error::TokioPostgres(postgres)) => Some(&**postgres),
        Some(Error::Io(io)) => Some(&**io),
        _ => error.source(),
    };
    find(inner?)
}
