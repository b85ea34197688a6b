//! The broker: exports only; what they do is in `instance.rs`.

use crate::callbacks::{Callbacks, tansu_callbacks};
use crate::config::{self, tansu_config};
use crate::constants::*;
use crate::deadline::milliseconds;
use crate::error::{self, tansu_error};
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle::{self, Handle};
use crate::instance::Instance;
use crate::strings;
use std::ffi::c_char;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A broker in this process. It runs once; to run again, make a new one from the same config.
pub struct tansu_broker {
    _opaque: [u8; 0],
}

impl Handle for tansu_broker {
    type Value = Slot;
    const MAGIC: u64 = 0x7A42_524F_4B7C_5E03;
    const NAME: &'static str = "tansu_broker";
    const MAKER: &'static str = "tansu_broker_new";
    const BOUND_TO_PROCESS: bool = true;
}

/// What stays of a broker after it is freed.
pub(crate) struct Slot {
    instance: Mutex<Option<Arc<Instance>>>,
    /// The state when it was last asked for, or changed by a call: all that a forked child can know without a lock.
    last_state: AtomicI32,
}

/// The broker behind a handle.
///
/// # Safety
/// `broker` is NULL or was given by tansu_broker_new.
pub(crate) unsafe fn instance(broker: *const tansu_broker) -> Outcome<Arc<Instance>> {
    // SAFETY: the caller's promise.
    let slot = unsafe { handle::borrow(broker) }?;
    let instance = slot.instance.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // Empty only if another thread has freed it since the tag was read.
    instance.ok_or_else(|| Failure::new(crate::status::TANSU_E_HANDLE, "the tansu_broker was freed"))
}

/// Runs the body of a function on a broker. After a panic in it the broker is not to be trusted: it goes to FAILED.
///
/// # Safety
/// `broker` is NULL or was given by tansu_broker_new; `err` is NULL or writable.
pub(crate) unsafe fn run(
    broker: *const tansu_broker,
    err: *mut *mut tansu_error,
    body: impl FnOnce(&Instance) -> Outcome,
) -> i32 {
    let outcome = guard::catch_panic(|| {
        // SAFETY: the caller's promise.
        let instance = unsafe { instance(broker) }?;
        let outcome = guard::catch_panic(|| body(&instance)).unwrap_or_else(|message| {
            let failure = guard::panicked(message);
            instance.fail(&failure);
            Err(failure)
        });
        // SAFETY: the caller's promise.
        unsafe { note_state(broker, &instance) };
        outcome
    });
    let outcome = outcome.unwrap_or_else(|message| Err(guard::panicked(message)));
    // SAFETY: the caller's promise.
    unsafe { error::hand_out(outcome, err) }
}

/// Keeps the state that the caller may have seen, for a child that is forked later.
///
/// # Safety
/// `broker` is a broker.
unsafe fn note_state(broker: *const tansu_broker, instance: &Instance) {
    // SAFETY: the caller's promise. A call may have ended with the handle being freed.
    if let Ok(slot) = unsafe { handle::borrow(broker) } {
        slot.last_state.store(instance.state(), Ordering::Relaxed);
    }
}

/// Makes a broker. Settings are checked here, before any thread exists; nothing is opened yet. `callbacks` (optional)
/// is copied. If this fails, nothing of `callbacks` is called, `release` neither.
///
/// # Safety
/// `config` is NULL (an error) or a config; `callbacks` is NULL or has `struct_size` readable bytes; `out` is NULL (an
/// error) or writable; `err` is NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_new(
    config: *const tansu_config,
    callbacks: *const tansu_callbacks,
    out: *mut *mut tansu_broker,
    err: *mut *mut tansu_error,
) -> i32 {
    let body = || {
        if out.is_null() {
            return Err(Failure::null("out"));
        }
        // SAFETY: the caller's promise, for both.
        let (settings, callbacks) = unsafe { (config::settings(config)?, Callbacks::decode(callbacks)?) };
        let instance = Mutex::new(Some(Instance::new(&settings, callbacks)?));
        let slot = Slot { instance, last_state: AtomicI32::new(TANSU_STATE_NEW) };
        // SAFETY: the caller's promise.
        unsafe { out.write(handle::into_raw_kept(slot)) };
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::status(err, body) }
}

/// Starts the broker and returns at once. Whether the port could be taken and the storage opened is told by
/// tansu_broker_wait_ready, on_started and on_fatal. A second start is `TANSU_E_STATE`.
///
/// # Safety
/// `broker` is NULL or a broker; `err` is NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_start(broker: *mut tansu_broker, err: *mut *mut tansu_error) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { run(broker, err, Instance::start) }
}

/// Waits until clients can connect, and gives the port (optional). If the broker cannot come up, it returns the error
/// that on_fatal tells. -1 waits for ever.
///
/// # Safety
/// `broker` is NULL or a broker; `port` and `err` are NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_wait_ready(
    broker: *mut tansu_broker,
    timeout_ms: i64,
    port: *mut u16,
    err: *mut *mut tansu_error,
) -> i32 {
    let body = |instance: &Instance| {
        let bound = instance.wait_ready(milliseconds("timeout_ms", timeout_ms)?)?;
        if !port.is_null() {
            // SAFETY: the caller's promise.
            unsafe { port.write(bound) };
        }
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { run(broker, err, body) }
}

/// Asks the broker to stop and returns at once; from any thread, also from a callback, as often as one likes. Idle
/// connections close now, requests in work have `grace_ms` to finish; -1 is the grace of the config
/// (`shutdown.grace.ms`), and a later stop with a shorter grace shortens it.
///
/// # Safety
/// `broker` is NULL or a broker.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_stop(broker: *mut tansu_broker, grace_ms: i64) -> i32 {
    let body = |instance: &Instance| {
        instance.stop(milliseconds("grace_ms", grace_ms)?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { run(broker, std::ptr::null_mut(), body) }
}

/// Waits until the broker has stopped and on_stopped and `release` have returned. 0 after a stop that was asked for,
/// else the fatal error that ended it; `TANSU_E_TIMEOUT` if it still runs; -1 waits for ever. It does not ask for a
/// stop. Any number of threads may wait.
///
/// # Safety
/// `broker` is NULL or a broker; `err` is NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_wait(
    broker: *mut tansu_broker,
    timeout_ms: i64,
    err: *mut *mut tansu_error,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { run(broker, err, |instance| instance.wait(milliseconds("timeout_ms", timeout_ms)?)) }
}

/// Closes the gate to the callbacks: none will begin, one that runs is waited for, then `release` is called here. After
/// 0 the library never enters the host again, although the broker may go on or be shutting down. `TANSU_E_TIMEOUT` if
/// the callback has not returned in time; `release` is then called when it does. Inside a callback of this broker it
/// returns 0 at once and takes effect when that callback returns.
///
/// # Safety
/// `broker` is NULL or a broker.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_detach(broker: *mut tansu_broker, timeout_ms: i64) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { run(broker, std::ptr::null_mut(), |instance| instance.detach(milliseconds("timeout_ms", timeout_ms)?)) }
}

/// Gives the broker up: no callback begins any more, it stops without grace, and the handle is gone. It never waits, so
/// a garbage collector may call it. `release` is called here, or by the callback in flight when it returns. NULL is
/// fine. To end in good order, tansu_broker_stop and tansu_broker_wait come first.
///
/// # Safety
/// `broker` is NULL or a broker that no other thread uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_free(broker: *mut tansu_broker) {
    guard::value((), || {
        // SAFETY: the caller's promise.
        let Some(slot) = (unsafe { handle::free_kept(broker) }) else { return };
        let instance = slot.instance.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(instance) = instance {
            instance.abandon();
        }
    });
}

/// The state at this moment, `TANSU_STATE_...`; negative for what is no broker. In a forked child: the last state that
/// the parent had seen.
///
/// # Safety
/// `broker` is NULL or a broker.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_state(broker: *const tansu_broker) -> i32 {
    let body = || -> Outcome<i32> {
        // SAFETY: the caller's promise.
        let (slot, same_process) = unsafe { handle::borrow_anywhere(broker) }?;
        if same_process {
            // SAFETY: the caller's promise.
            let state = unsafe { instance(broker) }?.state();
            slot.last_state.store(state, Ordering::Relaxed);
        }
        Ok(slot.last_state.load(Ordering::Relaxed))
    };
    match guard::catch_panic(body) {
        Ok(Ok(state)) => state,
        Ok(Err(failure)) => failure.status,
        Err(_) => crate::status::TANSU_E_PANIC,
    }
}

/// The port that clients can connect to; 0 before the broker is ready, and for what is no broker.
///
/// # Safety
/// `broker` is NULL or a broker.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_port(broker: *const tansu_broker) -> u16 {
    let port = |instance: Arc<Instance>| {
        let port = instance.broker.port();
        // SAFETY: the caller's promise.
        unsafe { note_state(broker, &instance) };
        port
    };
    // SAFETY: the caller's promise.
    guard::value(0, || unsafe { instance(broker) }.map_or(0, port))
}

/// Copies what goes into a client's `bootstrap.servers`, such as `localhost:43127`. Buffer and `needed` as in
/// tansu_config_get. `TANSU_E_STATE` before the broker is ready.
///
/// # Safety
/// `broker` is NULL or a broker; `buf` has `cap` writable bytes; `needed` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_bootstrap(
    broker: *const tansu_broker,
    buf: *mut c_char,
    cap: usize,
    needed: *mut usize,
) -> i32 {
    let body = |instance: &Instance| {
        let bootstrap = instance.bootstrap()?;
        // SAFETY: the caller's promise.
        unsafe { strings::copy_out(&bootstrap, buf, cap, needed) }
    };
    // SAFETY: the caller's promise.
    unsafe { run(broker, std::ptr::null_mut(), body) }
}

/// The fatal error of a broker, to be freed by the caller, or NULL if it has none.
///
/// # Safety
/// `broker` is NULL or a broker; `out` is NULL (an error) or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_last_error(broker: *const tansu_broker, out: *mut *mut tansu_error) -> i32 {
    let body = |instance: &Instance| {
        if out.is_null() {
            return Err(Failure::null("out"));
        }
        let error = instance.broker.last_error().map_or(std::ptr::null_mut(), |e| error::into_raw(e.into()));
        // SAFETY: the caller's promise.
        unsafe { out.write(error) };
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { run(broker, std::ptr::null_mut(), body) }
}
