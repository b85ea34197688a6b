//! Handles: the only module that converts between boxes, raw pointers and references.
//!
//! Each handle begins with a tag: its type and the process that created it. A pointer of another type, a freed handle
//! or one inherited over fork gives an error and is not dereferenced. For brokers this check is reliable: the few words
//! behind a broker handle are never deallocated (the broker itself is), so a late call from a finalizer finds the tag
//! `FREED`. For the other handles it is best effort.

use crate::failure::{Failure, Outcome};
use crate::status::*;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// A type of handle: `Self` is the opaque C type, `Value` what is behind it.
pub(crate) trait Handle: Sized + 'static {
    type Value: Send + Sync;
    const MAGIC: u64;
    const NAME: &'static str;
    /// The function that creates one, for the error about NULL.
    const MAKER: &'static str;
    /// Whether it is refused in a forked child. Plain data is not.
    const BOUND_TO_PROCESS: bool;
}

const FREED: u64 = 0xDEAD_0F5E_E0F1_E5E5;

#[repr(C)]
struct Boxed<T> {
    magic: AtomicU64,
    pid: u32,
    /// The previous handle whose memory is kept; see `free_kept`.
    older: *const (),
    value: T,
}

pub(crate) fn into_raw<H: Handle>(value: H::Value) -> *mut H {
    let boxed = Boxed { magic: AtomicU64::new(H::MAGIC), pid: std::process::id(), older: std::ptr::null(), value };
    Box::into_raw(Box::new(boxed)).cast()
}

/// As `into_raw`, for a handle whose memory outlives its `free_kept`.
pub(crate) fn into_raw_kept<H: Handle>(value: H::Value) -> *mut H {
    // Linked to a static root, so that a leak checker reports nothing. The list only grows, so it needs no lock and has
    // no ABA problem.
    static NEWEST: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
    let raw = into_raw::<H>(value).cast::<Boxed<H::Value>>();
    let mut newest = NEWEST.load(Ordering::Relaxed);
    loop {
        // SAFETY: no other thread has this pointer yet.
        unsafe { (*raw).older = newest };
        match NEWEST.compare_exchange_weak(newest, raw.cast(), Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return raw.cast(),
            Err(now) => newest = now,
        }
    }
}

/// Dereferences a handle.
///
/// # Safety
/// `pointer` is NULL, misaligned, or readable for the size of a tag, and not freed while `'a` lasts.
pub(crate) unsafe fn borrow<'a, H: Handle>(pointer: *const H) -> Outcome<&'a H::Value> {
    // SAFETY: the caller's promise.
    let boxed = unsafe { tagged(pointer) }?;
    if H::BOUND_TO_PROCESS && boxed.pid != std::process::id() {
        return Err(inherited_over_fork::<H>());
    }
    Ok(&boxed.value)
}

/// Dereferences a handle, also in a forked child, where the caller must not take a lock. The bool is whether the
/// process is the one that created it.
///
/// # Safety
/// As for `borrow`.
pub(crate) unsafe fn borrow_anywhere<'a, H: Handle>(pointer: *const H) -> Outcome<(&'a H::Value, bool)> {
    // SAFETY: the caller's promise.
    let boxed = unsafe { tagged(pointer) }?;
    Ok((&boxed.value, boxed.pid == std::process::id()))
}

/// Frees a handle. NULL, invalid pointers and handles of the parent process are ignored.
///
/// # Safety
/// As for `borrow`; no other thread uses the handle.
pub(crate) unsafe fn free<H: Handle>(pointer: *mut H) {
    // SAFETY: the caller's promise.
    if unsafe { take_tag(pointer) } {
        // SAFETY: the tag says that it came from `into_raw`, and only one caller gets `true`.
        drop(unsafe { Box::from_raw(pointer.cast::<Boxed<H::Value>>()) });
    }
}

/// Marks a kept handle as freed and returns its value, once.
///
/// # Safety
/// As for `borrow`.
pub(crate) unsafe fn free_kept<H: Handle>(pointer: *mut H) -> Option<&'static H::Value> {
    // SAFETY: the caller's promise.
    if unsafe { take_tag(pointer) } {
        // SAFETY: kept memory is never deallocated.
        Some(unsafe { &(*pointer.cast::<Boxed<H::Value>>()).value })
    } else {
        None
    }
}

/// # Safety
/// As for `borrow`.
unsafe fn take_tag<H: Handle>(pointer: *mut H) -> bool {
    // SAFETY: the caller's promise.
    let Ok(boxed) = (unsafe { tagged(pointer) }) else { return false };
    if H::BOUND_TO_PROCESS && boxed.pid != std::process::id() {
        return false;
    }
    boxed.magic.compare_exchange(H::MAGIC, FREED, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// # Safety
/// As for `borrow`.
unsafe fn tagged<'a, H: Handle>(pointer: *const H) -> Outcome<&'a Boxed<H::Value>> {
    if pointer.is_null() {
        return Err(Failure::null_handle(H::NAME, H::MAKER));
    }
    let boxed = pointer.cast::<Boxed<H::Value>>();
    if !boxed.is_aligned() {
        return Err(invalid_pointer::<H>());
    }
    // SAFETY: the caller's promise covers the tag, which comes first; the rest is read only if the tag matches.
    let magic = unsafe { (*boxed).magic.load(Ordering::Acquire) };
    if magic == H::MAGIC {
        // SAFETY: the tag says that it came from `into_raw`.
        Ok(unsafe { &*boxed })
    } else {
        Err(invalid_pointer::<H>())
    }
}

fn invalid_pointer<H: Handle>() -> Failure {
    Failure::new(TANSU_E_HANDLE, format!("the pointer is not a {}, or it was freed", H::NAME))
}

fn inherited_over_fork<H: Handle>() -> Failure {
    let message = format!(
        "this {} was made in the parent process. Start brokers after fork, or use spawn instead of fork",
        H::NAME
    );
    Failure::new(TANSU_E_FORKED, message)
}
