//! The functions that `libtansu_storages` exports and calls, as plain C.

use std::ffi::{c_char, c_void};

use crate::buffer::Buffer;

/// The release that both libraries must share. It comes from `[workspace.package]`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The symbol of a [`VersionFn`]. This symbol and its type never change, so that every release can tell every other.
pub const VERSION_SYMBOL: &str = "tansu_storages_version";
/// The symbol of an [`EntryFn`]. It is called only if the versions are equal.
pub const ENTRY_SYMBOL: &str = "tansu_storages_entry";

/// Returns the release as a static NUL-terminated string.
pub type VersionFn = unsafe extern "C" fn() -> *const c_char;
/// Returns the table of functions, which is static.
pub type EntryFn = unsafe extern "C" fn() -> *const Entry;

/// An opened storage, owned by `libtansu_storages`.
#[repr(C)]
#[derive(Debug)]
pub struct Instance {
    _private: [u8; 0],
}

/// The functions of `libtansu_storages`. Any thread may call them; `instance` was created by `new` and not freed.
#[repr(C)]
#[derive(Debug)]
pub struct Entry {
    /// The size of this struct. It differs between builds of one release whose tables differ.
    pub size: usize,
    /// Creates an instance with its runtime; opens nothing yet. `options` is the JSON of [`crate::Options`]. Returns no
    /// bytes on success, else the JSON of a [`crate::Failure`], and then `host` has been released.
    pub new: unsafe extern "C" fn(options: Buffer, host: Host, out: *mut *mut Instance) -> Buffer,
    /// Starts an operation and returns. Its answer comes by `Host::reply` with `token`.
    pub submit: unsafe extern "C" fn(instance: *mut Instance, token: u64, operation: Operation, payload: Buffer),
    /// Ends the operation of `token` if it still runs; there is then no reply.
    pub cancel: unsafe extern "C" fn(instance: *mut Instance, token: u64),
    /// Answers waiting requests at once, because the broker is draining.
    pub drain: unsafe extern "C" fn(instance: *mut Instance),
    /// Ends the runtime, waiting up to two seconds for its threads. Operations that still run get no reply.
    pub shut_down: unsafe extern "C" fn(instance: *mut Instance),
    /// Shuts the instance down if that has not been done, and frees it.
    pub free: unsafe extern "C" fn(instance: *mut Instance),
    /// Sends log records up to `level` to `sink`, for the whole process. Levels are 0 (off) to 5 (trace).
    pub log: unsafe extern "C" fn(level: u32, sink: LogFn),
}

/// The functions that an instance calls. `context` is the client's; `release` is called once, after the last `reply`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Host {
    pub context: *mut c_void,
    /// Answers an operation. Returns whether the token was pending; if not, the payload was dropped.
    pub reply: unsafe extern "C" fn(context: *mut c_void, token: u64, kind: u32, payload: Buffer) -> bool,
    pub release: unsafe extern "C" fn(context: *mut c_void),
}

/// A log record. The texts are UTF-8 and valid during the call.
pub type LogFn =
    unsafe extern "C" fn(level: u32, target: *const u8, target_len: usize, message: *const u8, message_len: usize);

/// An operation, and for [`operation::CALL`] the fields of the request's header.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Operation {
    pub kind: u32,
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    pub body_at: usize,
}

/// Values of [`Operation::kind`].
pub mod operation {
    /// Opens the storage. Reply: `DONE` with the served ranges as JSON.
    pub const OPEN: u32 = 1;
    /// Answers a request; the payload is its frame. Reply: `FRAME`, `NOTHING` or `CLOSE`.
    pub const CALL: u32 = 2;
    /// Runs retention and compaction. Reply: `DONE`.
    pub const MAINTAIN: u32 = 3;
    /// Lists all topics. Reply: `DONE` with an array.
    pub const TOPICS: u32 = 4;
    /// Creates a topic; the payload is JSON. Reply: `DONE` with the topic.
    pub const CREATE_TOPIC: u32 = 5;
    /// Finishes the work in progress and flushes. Reply: `DONE`.
    pub const CLOSE: u32 = 6;
}

/// Kinds of a reply.
pub mod reply {
    /// A whole response frame.
    pub const FRAME: u32 = 1;
    /// The request has no response.
    pub const NOTHING: u32 = 2;
    /// The connection is to be closed; the payload is the reason.
    pub const CLOSE: u32 = 3;
    /// The operation succeeded; the payload is JSON or empty.
    pub const DONE: u32 = 4;
    /// The operation failed; the payload is the JSON of a `Failure`.
    pub const FAILED: u32 = 5;
}
