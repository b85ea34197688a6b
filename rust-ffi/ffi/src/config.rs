//! Settings by name, so that a new setting does not change the ABI. The table is in the crate `broker`.

use crate::error::tansu_error;
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::handle::{self, Handle};
use crate::status::*;
use crate::strings;
use broker::Settings;
use broker::settings::{Setting, Type, find, table};
use serde_json::Value;
use std::ffi::{CString, c_char};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Settings for brokers. tansu_broker_new copies them, so a config may be changed, reused or freed afterwards.
pub struct tansu_config {
    _opaque: [u8; 0],
}

impl Handle for tansu_config {
    type Value = Mutex<Settings>;
    const MAGIC: u64 = 0x7A43_4F4E_46A9_3B02;
    const NAME: &'static str = "tansu_config";
    const MAKER: &'static str = "tansu_config_new";
    const BOUND_TO_PROCESS: bool = true;
}

/// A copy of the settings behind a handle.
///
/// # Safety
/// `config` is NULL or a config.
pub(crate) unsafe fn settings(config: *const tansu_config) -> Outcome<Settings> {
    // SAFETY: the caller's promise.
    let settings = unsafe { handle::borrow(config) }?;
    Ok(settings.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// Creates a config with every setting at its default.
///
/// # Safety
/// `out` is NULL (an error) or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_config_new(out: *mut *mut tansu_config) -> i32 {
    guard::bare_status(|| {
        if out.is_null() {
            return Err(Failure::null("out"));
        }
        // SAFETY: the caller's promise.
        unsafe { out.write(handle::into_raw(Mutex::new(Settings::default()))) };
        Ok(())
    })
}

/// Frees a config. NULL is ignored.
///
/// # Safety
/// `config` is NULL or a config that is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_config_free(config: *mut tansu_config) {
    // SAFETY: the caller's promise.
    guard::value((), || unsafe { handle::free(config) });
}

/// Sets a setting. The value is a string for every type: `("listener.port", "9092")`. Returns `TANSU_E_UNKNOWN_KEY` for
/// a key that is not in the table and `TANSU_E_CONFIG` for a value of the wrong type or out of range; the config is
/// then unchanged.
///
/// # Safety
/// `config` is NULL or a config; `key` and `value` are NULL or NUL-terminated; `err` is NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_config_set(
    config: *mut tansu_config,
    key: *const c_char,
    value: *const c_char,
    err: *mut *mut tansu_error,
) -> i32 {
    let body = || {
        // SAFETY: the caller's promise, for each of the three.
        let (settings, key, value) =
            unsafe { (handle::borrow(config)?, strings::text("key", key)?, strings::text("value", value)?) };
        settings.lock().unwrap_or_else(PoisonError::into_inner).set(key, value).map_err(|e| {
            let status = if find(key).is_some() { TANSU_E_CONFIG } else { TANSU_E_UNKNOWN_KEY };
            Failure::new(status, e.message)
        })
    };
    // SAFETY: the caller's promise.
    unsafe { guard::status(err, body) }
}

/// Copies the value of a setting, with its terminator, into `buf`. Secret values are masked as `***`. If the buffer is
/// too small (`cap` 0 and `buf` NULL included), nothing is copied and the function returns `TANSU_E_BUFFER`. In both
/// cases `*needed` (optional) receives the required size, terminator included.
///
/// # Safety
/// `config` is NULL or a config; `key` is NULL or NUL-terminated; `buf` has `cap` writable bytes; `needed` is NULL or
/// writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_config_get(
    config: *const tansu_config,
    key: *const c_char,
    buf: *mut c_char,
    cap: usize,
    needed: *mut usize,
) -> i32 {
    guard::bare_status(|| {
        // SAFETY: the caller's promise, for both.
        let (settings, key) = unsafe { (handle::borrow(config)?, strings::text("key", key)?) };
        let value = settings.lock().unwrap_or_else(PoisonError::into_inner).get(key);
        let value = value.ok_or_else(|| Failure::new(TANSU_E_UNKNOWN_KEY, "no setting has this key"))?;
        // SAFETY: the caller's promise.
        unsafe { strings::copy_out(&value, buf, cap, needed) }
    })
}

/// Returns the number of settings.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_config_key_count() -> usize {
    table().len()
}

/// Returns the key of setting number `i`, counted from 0, or NULL past the last. The string is static.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_config_key_at(i: usize) -> *const c_char {
    guard::value(std::ptr::null(), || DOCS.get(i).map_or(std::ptr::null(), |(key, _)| key.as_ptr()))
}

/// Returns one line about a setting: its type, default, range and meaning. NULL for an unknown key. The string is
/// static.
///
/// # Safety
/// `key` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_config_key_doc(key: *const c_char) -> *const c_char {
    guard::value(std::ptr::null(), || {
        // SAFETY: the caller's promise.
        let Ok(key) = (unsafe { strings::text("key", key) }) else { return std::ptr::null() };
        table().iter().position(|s| s.key == key).map_or(std::ptr::null(), |i| DOCS[i].1.as_ptr())
    })
}

static DOCS: LazyLock<Vec<(CString, CString)>> =
    LazyLock::new(|| table().iter().map(|s| (strings::c_string(s.key), strings::c_string(doc(s)))).collect());

fn doc(setting: &Setting) -> String {
    let range = range(setting.kind).map(|(min, max)| format!(", {min} to {max}")).unwrap_or_default();
    format!("{}, default {}{range}. {}", type_name(setting.kind), setting.default, setting.doc)
}

pub(crate) fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Text => "text",
        Type::Host => "host",
        Type::Url => "url",
        Type::Boolean => "boolean",
        Type::Int { .. } => "int",
        Type::Double { .. } => "double",
        Type::List => "list",
    }
}

/// The lowest and the highest value, as JSON numbers.
pub(crate) fn range(kind: Type) -> Option<(Value, Value)> {
    match kind {
        Type::Int { min, max } => Some((min.into(), max.into())),
        Type::Double { min, max } => Some((min.into(), max.into())),
        Type::Text | Type::Host | Type::Url | Type::Boolean | Type::List => None,
    }
}
