//! Strings across the C boundary. Arguments are copied before a call returns; results are NUL-terminated copies.

use crate::failure::{Failure, Outcome};
use crate::status::*;
use std::ffi::{CString, c_char};

/// A longer string is treated as one without a terminator.
const TEXT_BYTES_MAX: usize = 16 << 20;

/// Reads a string argument. `name` is its name in the header.
///
/// # Safety
/// `pointer` is NULL or NUL-terminated, and stays unchanged for `'a`.
pub(crate) unsafe fn text<'a>(name: &str, pointer: *const c_char) -> Outcome<&'a str> {
    if pointer.is_null() {
        return Err(Failure::null(name));
    }
    // SAFETY: the caller's promise; strnlen stops at the terminator.
    let length = unsafe { libc::strnlen(pointer, TEXT_BYTES_MAX) };
    if length == TEXT_BYTES_MAX {
        return Err(Failure::new(TANSU_E_INVALID_ARG, format!("{name} is longer than {TEXT_BYTES_MAX} bytes")));
    }
    // SAFETY: `length` bytes were just read.
    let bytes = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), length) };
    std::str::from_utf8(bytes)
        .map_err(|e| Failure::new(TANSU_E_UTF8, format!("{name} is not UTF-8 from byte {} on", e.valid_up_to())))
}

/// Converts text for C. A NUL inside would truncate it and is replaced by a visible character.
pub(crate) fn c_string(text: impl Into<String>) -> CString {
    let text: String = text.into();
    CString::new(text).unwrap_or_else(|e| {
        let text = String::from_utf8(e.into_vec()).expect("it was a String").replace('\0', "\u{2400}");
        CString::new(text).expect("no NUL is left")
    })
}

/// Copies `text` and its terminator into the caller's buffer.
///
/// # Safety
/// `buf` is NULL or has `cap` writable bytes; `needed` is NULL or writable.
pub(crate) unsafe fn copy_out(text: &str, buf: *mut c_char, cap: usize, needed: *mut usize) -> Outcome {
    let text = c_string(text);
    let bytes = text.as_bytes_with_nul();
    if !needed.is_null() {
        // SAFETY: the caller's promise.
        unsafe { needed.write(bytes.len()) };
    }
    if cap < bytes.len() {
        let message = format!("the buffer has {cap} bytes, the text and its terminator take {}", bytes.len());
        return Err(Failure::new(TANSU_E_BUFFER, message));
    }
    if buf.is_null() {
        return Err(Failure::null("buf"));
    }
    // SAFETY: `cap` bytes are writable and `bytes` is not longer; a fresh copy cannot overlap the caller's memory.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast::<c_char>(), buf, bytes.len()) };
    Ok(())
}
