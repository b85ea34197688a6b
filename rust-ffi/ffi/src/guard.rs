//! The two borders of the library. Inward: a panic never leaves it. Outward: nothing unwinds through a callback.

use crate::error::{self, tansu_error};
use crate::failure::{Failure, Outcome};
use crate::status::*;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

// With panic = "abort" the boundary below would catch nothing and take the host down with it.
const _: () = assert!(cfg!(panic = "unwind"), "libtansu must be built with panic = \"unwind\"");

/// Runs the body of a function that can fail; gives its status and fills `err`.
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

/// Runs the body of a function that cannot fail; `fallback` is its answer all the same after a panic.
pub(crate) fn value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_panic(body).unwrap_or(fallback)
}

/// The body's result, or the message of its panic.
pub(crate) fn catch_panic<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    quiet_panics();
    let _inside = Inside::enter();
    // Whatever a panicking body may have left half done is behind a lock that it poisons, or in a broker that is
    // FAILED.
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

/// Calls into the host. If anything unwinds out of `callback` (a C++ exception, or the forced unwind of a thread that
/// calls `pthread_exit`, as CPython does to threads that come for the GIL while it ends), the thread is parked for
/// ever: going on would run through frames that cannot be unwound, and abort the process.
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

/// Marks the thread as being inside the library, for the panic hook.
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

/// Sends the report of our own panics to the log instead of the host's standard error. The other panics of a program
/// that links the rlib keep the hook they had.
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
