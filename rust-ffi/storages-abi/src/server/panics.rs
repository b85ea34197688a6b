//! Panics of this library: caught at the boundary, reported in the log and never on the standard error of the host.

use std::any::Any;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use crate::message::{Failure, FailureKind};

// With panic = "abort" nothing below would catch anything.
const _: () = assert!(cfg!(panic = "unwind"), "libtansu_storages must be built with panic = \"unwind\"");

/// Runs the body of a C function.
pub(super) fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Failure> {
    // Inconsistent state is behind a lock, or belongs to an instance that returns failures.
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| failure(payload.as_ref()))
}

pub(super) fn failure(payload: &(dyn Any + Send)) -> Failure {
    Failure::new(FailureKind::Panic, format!("Tansu's storages panicked: {}", words(payload)))
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Sends the reports of panics to the log. The hook belongs to this library, which has its own standard library.
pub(super) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| std::panic::set_hook(Box::new(report)));
}

fn report(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(target: "storages::panic", "{} at {place}", words(info.payload()));
}
