//! Functions for tests, not in releases: errors and panics on demand.

use crate::broker::{self, tansu_broker};
use crate::constants::TANSU_STATE_NEW;
use crate::failure::{Failure, broker_kind};
use crate::guard;
use crate::status::*;
use crate::strings;
use std::ffi::c_char;

/// Makes the broker report an error as if from one of its tasks: to on_error, or to on_fatal if `fatal`.
///
/// # Safety
/// `broker` is NULL or a broker; `message` is NULL or NUL-terminated.
// Repeats the condition of lib.rs for the header: cbindgen reads this file alone.
#[cfg(feature = "test-hooks")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_test_raise(
    broker: *mut tansu_broker,
    status: i32,
    fatal: bool,
    message: *const c_char,
) -> i32 {
    let body = |instance: &crate::instance::Instance| {
        // SAFETY: the caller's promise.
        let message = unsafe { strings::text("message", message) }?;
        let kind = broker_kind(status).ok_or_else(|| {
            Failure::new(TANSU_E_INVALID_ARG, format!("{status} is not a status of a broker's own error"))
        })?;
        if instance.state() == TANSU_STATE_NEW {
            return Err(Failure::new(TANSU_E_STATE, "the broker was not started"));
        }
        let error = ::broker::Error { kind, message: message.to_owned(), os_code: 0, fatal, retriable: false };
        instance.broker.fail(error, fatal);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { broker::run(broker, std::ptr::null_mut(), body) }
}

/// Panics inside the library and returns `TANSU_E_PANIC`; nothing else happens.
#[cfg(feature = "test-hooks")]
#[unsafe(no_mangle)]
pub extern "C" fn tansu_test_panic() -> i32 {
    guard::bare_status(|| panic!("tansu_test_panic"))
}
