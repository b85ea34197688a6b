//! What a broker tells its embedder.

use crate::error::Error;

/// Called by the owner thread, one at a time; must not block. `stopped` is the last call.
pub trait Events: Send + Sync + 'static {
    /// A client can connect.
    fn started(&self, port: u16);
    /// Something went wrong and the broker goes on.
    fn error(&self, error: Error);
    /// The broker is going down because of this.
    fn fatal(&self, error: Error);
    /// The port is closed, no task runs, the storage is flushed.
    fn stopped(&self);
}
