//! The enums of the ABI as `int32_t` constants: an unknown number in a Rust enum would be undefined behaviour.

/// An invalid setting.
pub const TANSU_KIND_CONFIG: i32 = 1;
/// The listener's address or port.
pub const TANSU_KIND_BIND: i32 = 2;
/// The storage behind the broker.
pub const TANSU_KIND_STORAGE: i32 = 3;
/// The operating system.
pub const TANSU_KIND_IO: i32 = 4;
/// A timeout has passed.
pub const TANSU_KIND_TIMEOUT: i32 = 5;
/// Called in the wrong state, thread or process.
pub const TANSU_KIND_STATE: i32 = 6;
/// A bug in the library.
pub const TANSU_KIND_PANIC: i32 = 7;
/// Any other error. Treat an unknown kind as this one.
pub const TANSU_KIND_INTERNAL: i32 = 8;
/// An invalid argument.
pub const TANSU_KIND_ARGUMENT: i32 = 9;

/// Created, not started.
pub const TANSU_STATE_NEW: i32 = 0;
/// Started; no client can connect yet.
pub const TANSU_STATE_STARTING: i32 = 1;
/// Clients can connect.
pub const TANSU_STATE_RUNNING: i32 = 2;
/// A stop was requested; requests in work finish within the grace period.
pub const TANSU_STATE_STOPPING: i32 = 3;
/// The port is closed, nothing runs, the storage is flushed.
pub const TANSU_STATE_STOPPED: i32 = 4;
/// Stopped or stopping because of a fatal error.
pub const TANSU_STATE_FAILED: i32 = 5;

/// No records.
pub const TANSU_LOG_OFF: i32 = 0;
/// Errors.
pub const TANSU_LOG_ERROR: i32 = 1;
/// Conditions that may lead to errors.
pub const TANSU_LOG_WARN: i32 = 2;
/// Starts, stops and other milestones.
pub const TANSU_LOG_INFO: i32 = 3;
/// Details for finding a fault.
pub const TANSU_LOG_DEBUG: i32 = 4;
/// All records.
pub const TANSU_LOG_TRACE: i32 = 5;
