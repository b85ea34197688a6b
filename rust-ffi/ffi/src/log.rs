//! Logging: the only state of the library that belongs to the process and not to a broker.
//!
//! Records go through a bounded queue to the thread `tansu-log`, which calls the host. A slow host or an interpreter
//! lock does not delay a broker; when the queue is full, records are dropped and counted. The level is passed down to
//! `tracing`: a disabled level costs one comparison. Nothing is installed before the first `tansu_log_set`, so a Rust
//! program that links the rlib and never calls it keeps its own subscriber.

use crate::constants::*;
use crate::deadline::{Deadline, milliseconds};
use crate::error::tansu_error;
use crate::failure::{Failure, Outcome};
use crate::status::*;
use crate::{guard, log_subscriber, signals, strings};
use std::cell::Cell;
use std::collections::VecDeque;
use std::ffi::{CString, c_char, c_void};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::callbacks::tansu_release_fn;

/// Called with a log record. `target` is the part of the library that logs, such as `broker.listener`. `target` and
/// `message` are valid during the call. Secrets are masked.
pub type tansu_log_fn = Option<
    unsafe extern "C-unwind" fn(user_data: *mut c_void, level: i32, target: *const c_char, message: *const c_char),
>;

/// Sends the log records of all brokers in this process, up to `max_level`, to `callback`; NULL turns logging off. A
/// second call replaces the first. Records arrive in order on a thread of the library, in which only getters and stop
/// are allowed (see the table of threads). If the callback is too slow, records are dropped, see tansu_log_dropped. The
/// old callback may still be running when this function returns; its `release` (optional) is called afterwards, and
/// tansu_log_flush waits for it. If the function fails, nothing has changed and `release` is not called. Returns
/// `TANSU_E_STATE` in a Rust program with its own tracing subscriber, which receives the records.
///
/// # Safety
/// `callback` and `release` may be called with `user_data` until `release` has been; `err` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_log_set(
    max_level: i32,
    callback: tansu_log_fn,
    user_data: *mut c_void,
    release: tansu_release_fn,
    err: *mut *mut tansu_error,
) -> i32 {
    let body = || {
        if !(TANSU_LOG_OFF..=TANSU_LOG_TRACE).contains(&max_level) {
            let message = format!("max_level is {max_level}; levels are 0 (off) to 5 (trace)");
            return Err(Failure::new(TANSU_E_INVALID_ARG, message));
        }
        if in_callback() {
            return Err(Failure::in_log_callback("tansu_log_set"));
        }
        match callback {
            Some(callback) => Logs::get_or_install()?.set(max_level, Some(Sink { callback, user_data, release })),
            None => match Logs::get()? {
                Some(logs) => logs.set(TANSU_LOG_OFF, None),
                None => Ok(()),
            },
        }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::status(err, body) }
}

/// Waits until the callback has returned for every record logged before this call. `timeout_ms` is in milliseconds; -1
/// waits without a limit. Returns `TANSU_E_REENTRANT` inside the log callback.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_log_flush(timeout_ms: i64) -> i32 {
    guard::bare_status(|| {
        let deadline = Deadline::after(milliseconds("timeout_ms", timeout_ms)?);
        if in_callback() {
            return Err(Failure::in_log_callback("tansu_log_flush"));
        }
        match Logs::get()? {
            Some(logs) => logs.flush(deadline),
            None => Ok(()),
        }
    })
}

/// Returns the number of records dropped so far because the callback was too slow.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_log_dropped() -> u64 {
    LOGS.get().map_or(0, |logs| logs.dropped.load(Ordering::Relaxed))
}

/// Returns whether this thread is inside the log callback.
pub(crate) fn in_callback() -> bool {
    ON_LOG_THREAD.get()
}

const RECORDS_MAX: usize = 8192;
const MESSAGE_BYTES_MAX: usize = 16 << 10;

thread_local! { static ON_LOG_THREAD: Cell<bool> = const { Cell::new(false) } }

static LOGS: OnceLock<Logs> = OnceLock::new();

pub(crate) struct Logs {
    pid: u32,
    level: AtomicI32,
    dropped: AtomicU64,
    state: Mutex<LogState>,
    changed: Condvar,
}

#[derive(Default)]
struct LogState {
    queue: VecDeque<Record>,
    sink: Option<Arc<Sink>>,
    /// Number of records taken off the queue so far, and of those whose callback has returned.
    taken: u64,
    finished: u64,
    running: bool,
}

pub(crate) struct Record {
    pub level: i32,
    pub target: CString,
    pub message: CString,
}

struct Sink {
    callback: unsafe extern "C-unwind" fn(*mut c_void, i32, *const c_char, *const c_char),
    user_data: *mut c_void,
    release: tansu_release_fn,
}

// SAFETY: the header says that the callback runs on a thread of the library; user_data is only passed through.
unsafe impl Send for Sink {}
// SAFETY: as above; one thread makes the calls.
unsafe impl Sync for Sink {}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the host's function for its own pointer; no other reference to the sink is left.
            guard::call_host(|| unsafe { release(self.user_data) });
        }
    }
}

impl Logs {
    /// Returns the log of this process if a callback was ever set. A log inherited over fork has no thread and is an
    /// error.
    fn get() -> Outcome<Option<&'static Logs>> {
        match LOGS.get() {
            Some(logs) if logs.pid != std::process::id() => {
                let message = "logging was set up in the parent process. Call tansu_log_set after fork";
                Err(Failure::new(TANSU_E_FORKED, message))
            }
            logs => Ok(logs),
        }
    }

    fn get_or_install() -> Outcome<&'static Logs> {
        if let Some(logs) = Logs::get()? {
            return Ok(logs);
        }
        static INSTALL: Mutex<()> = Mutex::new(());
        static FOREIGN: AtomicBool = AtomicBool::new(false);
        let _one_at_a_time = INSTALL.lock().unwrap_or_else(PoisonError::into_inner);
        if LOGS.get().is_none() && !FOREIGN.load(Ordering::Relaxed) {
            let installed = tracing::dispatcher::set_global_default(log_subscriber::dispatch());
            FOREIGN.store(installed.is_err(), Ordering::Relaxed);
        }
        if FOREIGN.load(Ordering::Relaxed) {
            let message = "this program has set a tracing subscriber of its own; the records go there";
            return Err(Failure::new(TANSU_E_STATE, message));
        }
        Ok(LOGS.get_or_init(|| Logs {
            pid: std::process::id(),
            level: AtomicI32::new(TANSU_LOG_OFF),
            dropped: AtomicU64::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
        }))
    }

    fn set(&'static self, level: i32, sink: Option<Sink>) -> Outcome {
        let mut state = self.lock();
        if sink.is_some() && !state.running {
            let thread = std::thread::Builder::new().name("tansu-log".to_owned());
            if let Err(e) = signals::blocked(|| thread.spawn(|| self.run())) {
                // The caller still owns it, so it is not released.
                std::mem::forget(sink);
                let failure = Failure::new(TANSU_E_IO, format!("no thread for the log: {e}"));
                return Err(Failure { os_code: e.raw_os_error().unwrap_or(0), retriable: true, ..failure });
            }
            state.running = true;
        }
        let old = std::mem::replace(&mut state.sink, sink.map(Arc::new));
        self.level.store(level, Ordering::Relaxed);
        self.changed.notify_all();
        drop(state);
        // Makes every callsite query the subscriber again.
        tracing_core::callsite::rebuild_interest_cache();
        broker::storages_log::level_changed();
        // May call the host, so after the lock is released.
        drop(old);
        Ok(())
    }

    fn flush(&self, deadline: Deadline) -> Outcome {
        let mut state = self.lock();
        let goal = state.taken + state.queue.len() as u64;
        while state.running && state.finished < goal {
            state = match deadline.left() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => {
                    return Err(Failure::new(TANSU_E_TIMEOUT, "the log callback has not taken all records in time"));
                }
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        Ok(())
    }

    /// Runs the log thread until there is no callback and the queue is empty.
    fn run(&self) {
        ON_LOG_THREAD.set(true);
        let mut state = self.lock();
        loop {
            if let Some(record) = state.queue.pop_front() {
                state.taken += 1;
                let sink = state.sink.clone();
                drop(state);
                // Catches panics of the library; `call_host` guards the host's code. The sink may be released in here.
                let _ = guard::catch_panic(|| give(sink, record));
                state = self.lock();
                state.finished += 1;
                self.changed.notify_all();
            } else if state.sink.is_none() {
                state.running = false;
                self.changed.notify_all();
                return;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, LogState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn give(sink: Option<Arc<Sink>>, record: Record) {
    if let Some(sink) = sink {
        // SAFETY: the host's function for its own pointer; release has not run, for `sink` is alive.
        guard::call_host(|| unsafe {
            (sink.callback)(sink.user_data, record.level, record.target.as_ptr(), record.message.as_ptr());
        });
    }
}

/// Returns the present level; off in a forked child, whose log has no thread.
pub(crate) fn level() -> i32 {
    LOGS.get()
        .filter(|logs| logs.pid == std::process::id())
        .map_or(TANSU_LOG_OFF, |logs| logs.level.load(Ordering::Relaxed))
}

/// Queues a record, from any thread.
pub(crate) fn push(level: i32, target: &str, mut message: String) {
    // A record logged inside the log callback would cause the next one.
    let Some(logs) = LOGS.get().filter(|logs| !in_callback() && logs.pid == std::process::id()) else { return };
    if message.len() > MESSAGE_BYTES_MAX {
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES_MAX));
        message.push_str(" ...");
    }
    let record =
        Record { level, target: strings::c_string(target.replace("::", ".")), message: strings::c_string(message) };
    let mut state = logs.lock();
    if state.sink.is_none() {
        return;
    }
    if state.queue.len() >= RECORDS_MAX {
        logs.dropped.fetch_add(1, Ordering::Relaxed);
        return;
    }
    state.queue.push_back(record);
    drop(state);
    logs.changed.notify_all();
}
