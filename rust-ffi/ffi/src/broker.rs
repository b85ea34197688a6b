//! The exported functions of a broker. `instance.rs` implements them.

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

/// The memory behind a handle. It stays after the broker is freed.
pub(crate) struct Slot {
    instance: Mutex<Option<Arc<Instance>>>,
    /// The state that the last call returned or left. A forked child reads it without a lock.
    last_state: AtomicI32,
}

/// Returns the broker behind a handle.
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

/// Runs the body of a function on a broker. A panic in it makes the broker FAILED, because its state may be
/// inconsistent.
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

/// Stores the state for a child process that is forked later.
///
/// # Safety
/// `broker` is a broker.
unsafe fn note_state(broker: *const tansu_broker, instance: &Instance) {
    // SAFETY: the caller's promise. A call may have ended with the handle being freed.
    if let Ok(slot) = unsafe { handle::borrow(broker) } {
        slot.last_state.store(instance.state(), Ordering::Relaxed);
    }
}

/// Creates a broker. It checks the settings, starts no thread and opens nothing. `callbacks` (optional) is copied. If
/// the function fails, no callback is called, not even `release`.
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

/// Begins to start the broker and returns at once. tansu_broker_wait_ready, on_started and on_fatal report whether the
/// port and the storage could be opened. A second start returns `TANSU_E_STATE`.
///
/// # Safety
/// `broker` is NULL or a broker; `err` is NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_start(broker: *mut tansu_broker, err: *mut *mut tansu_error) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { run(broker, err, Instance::start) }
}

/// Waits until clients can connect, and writes the port to `*port` (optional). If the start fails, it returns the error
/// that on_fatal reports. `timeout_ms` is in milliseconds; -1 waits without a limit.
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

/// Requests a stop and returns at once; from any thread, also from a callback, any number of times. Idle connections
/// close at once; requests in work have `grace_ms` milliseconds to finish. -1 is the grace of the config
/// (`shutdown.grace.ms`). A later stop with a shorter grace shortens it.
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

/// Waits until the broker has stopped and on_stopped and `release` have returned. Returns 0 after a requested stop, the
/// fatal error of a failed broker, and `TANSU_E_TIMEOUT` if the broker still runs. `timeout_ms` is in milliseconds; -1
/// waits without a limit. It does not request a stop. Any number of threads may wait.
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

/// Detaches the callbacks: no callback begins any more, a running one is waited for, then `release` is called on this
/// thread. After it returns 0 the library does not call the host again, although the broker may still run or stop.
/// Returns `TANSU_E_TIMEOUT` if the callback has not returned within `timeout_ms` milliseconds; `release` is then
/// called when it returns. Inside a callback of this broker it returns 0 at once and takes effect when that callback
/// returns.
///
/// # Safety
/// `broker` is NULL or a broker.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_detach(broker: *mut tansu_broker, timeout_ms: i64) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { run(broker, std::ptr::null_mut(), |instance| instance.detach(milliseconds("timeout_ms", timeout_ms)?)) }
}

/// Frees a broker. No callback begins any more, the broker stops without a grace period, and the handle becomes
/// invalid. The function does not block, so a garbage collector may call it. `release` is called on this thread, or
/// after the running callback returns. NULL is ignored. For a clean stop call tansu_broker_stop and tansu_broker_wait
/// first.
///
/// # Safety
/// `broker` is NULL or a broker that no other thread uses.
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

/// Returns the present state, `TANSU_STATE_...`, or a negative status for an invalid handle. In a forked child it
/// returns the last state that the parent had seen.
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

/// Returns the port that clients can connect to; 0 before the broker is ready and for an invalid handle.
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

/// Copies the address for a client's `bootstrap.servers`, such as `localhost:43127`. `buf`, `cap` and `needed` are as
/// in tansu_config_get. Returns `TANSU_E_STATE` before the broker is ready.
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

/// Writes a copy of the broker's fatal error to `*out`, or NULL if it has none. The caller frees it.
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
