//! The enums of the ABI, as `int32_t` constants: a Rust enum with a number nobody knows would be undefined behaviour.

/// A wrong setting.
pub const TANSU_KIND_CONFIG: i32 = 1;
/// The listener's address or port.
pub const TANSU_KIND_BIND: i32 = 2;
/// The storage behind the broker.
pub const TANSU_KIND_STORAGE: i32 = 3;
/// The operating system.
pub const TANSU_KIND_IO: i32 = 4;
/// Time ran out.
pub const TANSU_KIND_TIMEOUT: i32 = 5;
/// Called in the wrong state, thread or process.
pub const TANSU_KIND_STATE: i32 = 6;
/// A bug that was caught.
pub const TANSU_KIND_PANIC: i32 = 7;
/// Everything else. A caller treats a kind it does not know as this one.
pub const TANSU_KIND_INTERNAL: i32 = 8;
/// A wrong argument.
pub const TANSU_KIND_ARGUMENT: i32 = 9;

/// Made, not started.
pub const TANSU_STATE_NEW: i32 = 0;
/// Started; no client can connect yet.
pub const TANSU_STATE_STARTING: i32 = 1;
/// Clients can connect.
pub const TANSU_STATE_RUNNING: i32 = 2;
/// Told to stop; requests in work are finished within the grace period.
pub const TANSU_STATE_STOPPING: i32 = 3;
/// The port is closed, nothing runs, the storage is flushed.
pub const TANSU_STATE_STOPPED: i32 = 4;
/// As STOPPED, or on the way there, because of a fatal error.
pub const TANSU_STATE_FAILED: i32 = 5;

/// No records.
pub const TANSU_LOG_OFF: i32 = 0;
/// What went wrong.
pub const TANSU_LOG_ERROR: i32 = 1;
/// What may go wrong soon.
pub const TANSU_LOG_WARN: i32 = 2;
/// Milestones.
pub const TANSU_LOG_INFO: i32 = 3;
/// What is needed to find a fault.
pub const TANSU_LOG_DEBUG: i32 = 4;
/// Everything.
pub const TANSU_LOG_TRACE: i32 = 5;
