//! Status numbers: the return values of functions that can fail.

use std::ffi::{CStr, c_char};

/// Success.
pub const TANSU_OK: i32 = 0;
/// A pointer that must not be NULL is NULL.
pub const TANSU_E_NULL: i32 = -1;
/// An argument is out of range or of an unknown kind.
pub const TANSU_E_INVALID_ARG: i32 = -2;
/// A string is not UTF-8.
pub const TANSU_E_UTF8: i32 = -3;
/// No setting has this key.
pub const TANSU_E_UNKNOWN_KEY: i32 = -4;
/// A setting has a value that cannot be used.
pub const TANSU_E_CONFIG: i32 = -5;
/// The listener could not take its address or port.
pub const TANSU_E_BIND: i32 = -6;
/// The storage could not be opened, or failed while running.
pub const TANSU_E_STORAGE: i32 = -7;
/// The operating system refused something else.
pub const TANSU_E_IO: i32 = -8;
/// The timeout has passed; the operation continues.
pub const TANSU_E_TIMEOUT: i32 = -9;
/// Not possible in this state, for instance a second start.
pub const TANSU_E_STATE: i32 = -10;
/// The call would wait for the callback that makes it.
pub const TANSU_E_REENTRANT: i32 = -11;
/// The handle was made in the parent process.
pub const TANSU_E_FORKED: i32 = -12;
/// A bug in the library; the error has its message. The broker is FAILED.
pub const TANSU_E_PANIC: i32 = -13;
/// This build or version of the library cannot do it.
pub const TANSU_E_UNSUPPORTED: i32 = -14;
/// The buffer is too small; `*needed` is the required size.
pub const TANSU_E_BUFFER: i32 = -15;
/// The pointer is not a handle of this type, or it was freed.
pub const TANSU_E_HANDLE: i32 = -16;
/// No command has this name.
pub const TANSU_E_UNKNOWN_COMMAND: i32 = -17;
/// The command failed with a Kafka error; the message has its code and name.
pub const TANSU_E_KAFKA: i32 = -18;
/// An error without a status of its own.
pub const TANSU_E_INTERNAL: i32 = -19;

/// The name of a status number, such as `"TANSU_E_TIMEOUT"`; `"TANSU_E_?"` for an unknown number. Never NULL. The
/// string is static.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_status_name(status: i32) -> *const c_char {
    name(status).as_ptr()
}

pub(crate) fn name(status: i32) -> &'static CStr {
    match status {
        TANSU_OK => c"TANSU_OK",
        TANSU_E_NULL => c"TANSU_E_NULL",
        TANSU_E_INVALID_ARG => c"TANSU_E_INVALID_ARG",
        TANSU_E_UTF8 => c"TANSU_E_UTF8",
        TANSU_E_UNKNOWN_KEY => c"TANSU_E_UNKNOWN_KEY",
        TANSU_E_CONFIG => c"TANSU_E_CONFIG",
        TANSU_E_BIND => c"TANSU_E_BIND",
        TANSU_E_STORAGE => c"TANSU_E_STORAGE",
        TANSU_E_IO => c"TANSU_E_IO",
        TANSU_E_TIMEOUT => c"TANSU_E_TIMEOUT",
        TANSU_E_STATE => c"TANSU_E_STATE",
        TANSU_E_REENTRANT => c"TANSU_E_REENTRANT",
        TANSU_E_FORKED => c"TANSU_E_FORKED",
        TANSU_E_PANIC => c"TANSU_E_PANIC",
        TANSU_E_UNSUPPORTED => c"TANSU_E_UNSUPPORTED",
        TANSU_E_BUFFER => c"TANSU_E_BUFFER",
        TANSU_E_HANDLE => c"TANSU_E_HANDLE",
        TANSU_E_UNKNOWN_COMMAND => c"TANSU_E_UNKNOWN_COMMAND",
        TANSU_E_KAFKA => c"TANSU_E_KAFKA",
        TANSU_E_INTERNAL => c"TANSU_E_INTERNAL",
        _ => c"TANSU_E_?",
    }
}
