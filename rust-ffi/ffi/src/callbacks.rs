//! The callbacks of a broker: one struct of function pointers, versioned by its size.

use crate::error::{self, tansu_error};
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle;
use crate::status::*;
use std::ffi::c_void;
use std::mem::{offset_of, size_of};

/// Called when clients can connect to `port`.
pub type tansu_started_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, port: u16)>;
/// Called when the port is closed, nothing of the broker runs and the storage is flushed.
pub type tansu_stopped_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>;
/// Called with an error, which is valid during the call; tansu_error_clone copies it.
pub type tansu_error_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, error: *const tansu_error)>;
/// Called when the library does not use `user_data` any more.
pub type tansu_release_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>;

/// The callbacks of a broker. Initialise it with `TANSU_CALLBACKS_INIT`, which sets `struct_size`; every pointer may be
/// NULL. New members are only appended. A library newer than the caller treats missing members as NULL; an older
/// library refuses unknown members that are not NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tansu_callbacks {
    /// `sizeof(tansu_callbacks)` in the caller's header.
    pub struct_size: usize,
    /// Passed to each callback.
    pub user_data: *mut c_void,
    /// At most once, first.
    pub on_started: tansu_started_fn,
    /// Exactly once for each start that returned 0, unless detached or freed first.
    pub on_stopped: tansu_stopped_fn,
    /// Any number of times; the broker continues.
    pub on_error: tansu_error_fn,
    /// At most once; the broker stops and on_stopped follows.
    pub on_fatal: tansu_error_fn,
    /// Exactly once, last of all, for each tansu_broker_new that returned 0.
    pub release: tansu_release_fn,
}

/// Larger than any later version will be: a greater size means an uninitialised struct.
const STRUCT_SIZE_MAX: usize = 4096;

/// The decoded struct.
pub(crate) struct Callbacks(tansu_callbacks);

// SAFETY: the header says that callbacks run on a thread of the library; user_data is only passed through.
unsafe impl Send for Callbacks {}
// SAFETY: as above; the channel makes one call at a time.
unsafe impl Sync for Callbacks {}

impl Callbacks {
    /// # Safety
    /// `raw` is NULL or has as many readable bytes as its first member says.
    pub unsafe fn decode(raw: *const tansu_callbacks) -> Outcome<Callbacks> {
        const KNOWN: usize = size_of::<tansu_callbacks>();
        let mut decoded = tansu_callbacks {
            struct_size: KNOWN,
            user_data: std::ptr::null_mut(),
            on_started: None,
            on_stopped: None,
            on_error: None,
            on_fatal: None,
            release: None,
        };
        if raw.is_null() {
            return Ok(Callbacks(decoded));
        }
        if !raw.is_aligned() {
            return Err(Failure::new(TANSU_E_INVALID_ARG, "callbacks is not aligned like a tansu_callbacks"));
        }
        // SAFETY: the caller's promise; struct_size is always there.
        let size = unsafe { (&raw const (*raw).struct_size).read() };
        // A size that ends within a member would leave half a pointer.
        if size < offset_of!(tansu_callbacks, on_started) || size > STRUCT_SIZE_MAX || size % size_of::<usize>() != 0 {
            let message = format!(
                "callbacks.struct_size is {size}, sizeof(tansu_callbacks) is {KNOWN}: begin with TANSU_CALLBACKS_INIT"
            );
            return Err(Failure::new(TANSU_E_INVALID_ARG, message));
        }
        if size > KNOWN {
            // SAFETY: the caller's promise covers `size` bytes.
            let tail = unsafe { std::slice::from_raw_parts(raw.cast::<u8>().add(KNOWN), size - KNOWN) };
            if tail.iter().any(|byte| *byte != 0) {
                let message = "callbacks has a member that this version of the library does not know";
                return Err(Failure::new(TANSU_E_UNSUPPORTED, message));
            }
        }
        // SAFETY: both have that many bytes, whole members at a time, and NULL is a valid value of each member.
        unsafe {
            std::ptr::copy_nonoverlapping(raw.cast::<u8>(), (&raw mut decoded).cast::<u8>(), size.min(KNOWN));
        }
        Ok(Callbacks(decoded))
    }

    /// Returns whether any callback is set.
    pub fn any(&self) -> bool {
        let c = &self.0;
        let events = c.on_started.is_some() || c.on_stopped.is_some() || c.on_error.is_some() || c.on_fatal.is_some();
        events || c.release.is_some()
    }

    pub fn started(&self, port: u16) {
        if let Some(f) = self.0.on_started {
            // SAFETY: the host gave this function for this user_data, and release has not run.
            guard::call_host(|| unsafe { f(self.0.user_data, port) });
        }
    }

    pub fn stopped(&self) {
        if let Some(f) = self.0.on_stopped {
            // SAFETY: as in `started`.
            guard::call_host(|| unsafe { f(self.0.user_data) });
        }
    }

    pub fn error(&self, failure: Failure) {
        self.lend(self.0.on_error, failure);
    }

    pub fn fatal(&self, failure: Failure) {
        self.lend(self.0.on_fatal, failure);
    }

    pub fn release(&self) {
        if let Some(f) = self.0.release {
            // SAFETY: as in `started`; the channel lets this happen once, after everything else.
            guard::call_host(|| unsafe { f(self.0.user_data) });
        }
    }

    fn lend(&self, to: tansu_error_fn, failure: Failure) {
        if let Some(f) = to {
            let error = error::into_raw(failure);
            // SAFETY: as in `started`; the error lives until the next line.
            guard::call_host(|| unsafe { f(self.0.user_data, error) });
            // SAFETY: created above; the header says that it is valid only during the call.
            unsafe { handle::free(error) };
        }
    }
}
