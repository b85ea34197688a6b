//! What a broker tells its embedder.

use crate::error::Error;

/// Called one at a time, in the order of the states; must not block and must not call the broker. `stopped` comes last.
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
