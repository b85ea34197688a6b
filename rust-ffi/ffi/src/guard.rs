//! Guards both directions of the C boundary: no panic leaves the library, and nothing unwinds through a callback.

use crate::error::{self, tansu_error};
use crate::failure::{Failure, Outcome};
use crate::status::*;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

// With panic = "abort" nothing would be caught and a panic would end the host process.
const _: () = assert!(cfg!(panic = "unwind"), "libtansu must be built with panic = \"unwind\"");

/// Runs the body of a function that can fail; returns its status and fills `err`.
///
/// # Safety
/// `err` is NULL or writable.
pub(crate) unsafe fn status(err: *mut *mut tansu_error, body: impl FnOnce() -> Outcome) -> i32 {
    let outcome = catch_panic(body).unwrap_or_else(|message| Err(panicked(message)));
    // SAFETY: the caller's promise.
    unsafe { error::hand_out(outcome, err) }
}

/// Runs the body of a function that can fail and has no error object.
pub(crate) fn bare_status(body: impl FnOnce() -> Outcome) -> i32 {
    match catch_panic(body) {
        Ok(Ok(())) => TANSU_OK,
        Ok(Err(failure)) => failure.status,
        Err(_) => TANSU_E_PANIC,
    }
}

/// Runs the body of a function that cannot fail; returns `fallback` after a panic.
pub(crate) fn value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_panic(body).unwrap_or(fallback)
}

/// Returns the body's result, or the message of its panic.
pub(crate) fn catch_panic<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    quiet_panics();
    let _inside = Inside::enter();
    // State that a panicking body leaves inconsistent is behind a poisoned lock or in a FAILED broker.
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| message_of(payload.as_ref()))
}

pub(crate) fn panicked(message: String) -> Failure {
    Failure {
        fatal: true,
        ..Failure::new(TANSU_E_PANIC, format!("a bug in libtansu: {}", broker::redact::text(&message)))
    }
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a panic without a message".to_owned(),
    }
}

/// Calls the host. If anything unwinds out of `callback` (a C++ exception, or the forced unwind of `pthread_exit`,
/// which CPython calls on threads that request the GIL during its exit), the thread is parked for ever: unwinding
/// further would reach frames that cannot be unwound and abort the process.
pub(crate) fn call_host<T>(callback: impl FnOnce() -> T) -> T {
    struct Park;
    impl Drop for Park {
        fn drop(&mut self) {
            loop {
                std::thread::park();
            }
        }
    }
    let park = Park;
    let result = callback();
    std::mem::forget(park);
    result
}

thread_local! { static DEPTH: Cell<u32> = const { Cell::new(0) } }

/// Marks the thread as inside the library, for the panic hook.
struct Inside;

impl Inside {
    fn enter() -> Inside {
        DEPTH.set(DEPTH.get() + 1);
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Sends reports of the library's panics to the log instead of standard error. Other panics of a program that links the
/// rlib keep its hook.
pub(crate) fn quiet_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| if ours() { report(info) } else { previous(info) }));
    });
}

fn ours() -> bool {
    DEPTH.get() > 0 || std::thread::current().name().is_some_and(|name| name.starts_with("tansu-"))
}

fn report(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(target: "tansu::panic", "{} at {place}", message_of(info.payload()));
}
