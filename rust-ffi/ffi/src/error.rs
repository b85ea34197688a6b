//! Errors as objects: immutable, so threads may share them, and owned, so no thread-local "last error" is needed.

use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle::{self, Handle};
use crate::status::*;
use crate::strings;
use std::ffi::{CString, c_char};

/// An error: what happened, to whom it matters, whether it is worth trying again.
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

/// Ends a function: the status, and the error if the caller wants it.
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

/// What happened, for a person to read: it names the argument or setting, its value unless that is secret, and the
/// remedy where there is one. `""` for NULL. The string lives as long as the error.
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

/// Whether the broker goes, or went, down because of it. False for NULL.
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

/// A copy of an error, to be freed by the caller; NULL for NULL. This is how an error that a callback lends is kept.
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

/// Frees an error. NULL is fine.
///
/// # Safety
/// `error` is NULL or an error that nobody uses any more; not one that a callback lends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_error_free(error: *mut tansu_error) {
    // SAFETY: the caller's promise.
    guard::value((), || unsafe { handle::free(error) });
}
