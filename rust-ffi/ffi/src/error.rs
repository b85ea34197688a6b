//! Error objects. They are immutable, so threads may share them, and owned, so that no thread-local last error is
//! needed.

use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle::{self, Handle};
use crate::status::*;
use crate::strings;
use std::ffi::{CString, c_char};

/// An error: status, kind, message, operating system error, and whether it is fatal or retriable.
pub struct tansu_error {
    _opaque: [u8; 0],
}

pub(crate) struct Value {
    failure: Failure,
    message: CString,
}

impl Handle for tansu_error {
    type Value = Value;
    const MAGIC: u64 = 0x7A45_5252_1D2C_8E01;
    const NAME: &'static str = "tansu_error";
    const MAKER: &'static str = "a call that fails";
    const BOUND_TO_PROCESS: bool = false;
}

pub(crate) fn into_raw(failure: Failure) -> *mut tansu_error {
    let message = strings::c_string(failure.message.as_str());
    handle::into_raw(Value { failure, message })
}

/// Returns the status of an outcome and writes the error object to `err`.
///
/// # Safety
/// `err` is NULL or writable.
pub(crate) unsafe fn hand_out(outcome: Outcome, err: *mut *mut tansu_error) -> i32 {
    let (status, error) = match outcome {
        Ok(()) => (TANSU_OK, std::ptr::null_mut()),
        Err(failure) if err.is_null() => (failure.status, std::ptr::null_mut()),
        Err(failure) => (failure.status, into_raw(failure)),
    };
    if !err.is_null() {
        // SAFETY: the caller's promise.
        unsafe { err.write(error) };
    }
    status
}

/// # Safety
/// `error` is NULL or an error.
unsafe fn read<'a>(error: *const tansu_error) -> Option<&'a Value> {
    // SAFETY: the caller's promise.
    unsafe { handle::borrow(error) }.ok()
}

/// The status of an error, the same number its function returned; 0 for NULL.
///
/// # Safety
/// `error` is NULL or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_status(error: *const tansu_error) -> i32 {
    // SAFETY: the caller's promise.
    guard::value(0, || unsafe { read(error) }.map_or(0, |e| e.failure.status))
}

/// The coarse kind of an error, `TANSU_KIND_...`; 0 for NULL.
///
/// # Safety
/// `error` is NULL or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_kind(error: *const tansu_error) -> i32 {
    // SAFETY: the caller's promise.
    guard::value(0, || unsafe { read(error) }.map_or(0, |e| e.failure.kind))
}

/// The message of an error, in English. It names the argument or setting, the value unless it is secret, and the remedy
/// if there is one. `""` for NULL. The string lives as long as the error.
///
/// # Safety
/// `error` is NULL or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_message(error: *const tansu_error) -> *const c_char {
    // SAFETY: the caller's promise.
    guard::value(c"".as_ptr(), || unsafe { read(error) }.map_or(c"".as_ptr(), |e| e.message.as_ptr()))
}

/// The error number of the operating system (`errno`) behind an error, or 0.
///
/// # Safety
/// `error` is NULL or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_os_code(error: *const tansu_error) -> i32 {
    // SAFETY: the caller's promise.
    guard::value(0, || unsafe { read(error) }.map_or(0, |e| e.failure.os_code))
}

/// Whether the error stops, or stopped, the broker. False for NULL.
///
/// # Safety
/// `error` is NULL or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_is_fatal(error: *const tansu_error) -> bool {
    // SAFETY: the caller's promise.
    guard::value(false, || unsafe { read(error) }.is_some_and(|e| e.failure.fatal))
}

/// Whether the same call may succeed later without a change. False for NULL.
///
/// # Safety
/// `error` is NULL or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_is_retriable(error: *const tansu_error) -> bool {
    // SAFETY: the caller's promise.
    guard::value(false, || unsafe { read(error) }.is_some_and(|e| e.failure.retriable))
}

/// Returns a copy of an error, which the caller frees; NULL for NULL. A callback copies an error in order to keep it.
///
/// # Safety
/// `error` is NULL or an error.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_clone(error: *const tansu_error) -> *mut tansu_error {
    guard::value(std::ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let error = unsafe { read(error) };
        error.map_or(std::ptr::null_mut(), |e| into_raw(e.failure.clone()))
    })
}

/// Frees an error. NULL is ignored.
///
/// # Safety
/// `error` is NULL or an error that is not used any more, and not the argument of a callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_free(error: *mut tansu_error) {
    // SAFETY: the caller's promise.
    guard::value((), || unsafe { handle::free(error) });
}
