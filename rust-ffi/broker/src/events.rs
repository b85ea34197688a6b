//! Events of a broker for its embedder.

use crate::error::Error;

/// Receives events one at a time, in the order of the states. The methods must not block and must not call the broker.
/// `stopped` comes last.
pub trait Events: Send + Sync + 'static {
    /// A client can connect.
    fn started(&self, port: u16);
    /// An error occurred and the broker continues.
    fn error(&self, error: Error);
    /// The broker stops because of this error.
    fn fatal(&self, error: Error);
    /// The port is closed, no task runs, the storage is flushed.
    fn stopped(&self);
}
