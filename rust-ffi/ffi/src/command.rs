//! Commands: functions of a broker beside its lifecycle, called by name with JSON arguments and a JSON result.

use crate::broker::{self as exports, tansu_broker};
use crate::commands::Command;
use crate::error::tansu_error;
use crate::failure::{Failure, Outcome};
use crate::handle::{self, Handle};
use crate::instance::Instance;
use crate::status::*;
use crate::{command_args, commands, guard, strings};
use std::ffi::{CString, c_char};
use std::sync::LazyLock;

/// A string that the caller owns.
pub struct tansu_string {
    _opaque: [u8; 0],
}

impl Handle for tansu_string {
    type Value = CString;
    const MAGIC: u64 = 0x7A53_5452_4E2E_9704;
    const NAME: &'static str = "tansu_string";
    const MAKER: &'static str = "tansu_broker_command";
    const BOUND_TO_PROCESS: bool = false;
}

/// Runs a command. `args_json` (optional) is a JSON object; the result in `*out` (optional) is JSON. A command that
/// waits returns `TANSU_E_REENTRANT` inside a callback. Returns `TANSU_E_KAFKA` for an error of Kafka's protocol; the
/// message has Kafka's code and name.
///
/// # Safety
/// `broker` is NULL or a broker; `name` and `args_json` are NULL or NUL-terminated; `out` and `err` are NULL or
/// writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_broker_command(
    broker: *mut tansu_broker,
    name: *const c_char,
    args_json: *const c_char,
    out: *mut *mut tansu_string,
    err: *mut *mut tansu_error,
) -> i32 {
    let body = |instance: &Instance| {
        // SAFETY: the caller's promise.
        let name = unsafe { strings::text("name", name) }?;
        let json = match args_json.is_null() {
            true => "{}",
            // SAFETY: the caller's promise.
            false => unsafe { strings::text("args_json", args_json) }?,
        };
        let command = find(name)?;
        if command.blocks {
            instance.may_wait(command.name, "Run it on another thread.")?;
        }
        let args = command_args::parse(command.name, command.args, json)?;
        let result = (command.run)(instance, command_args::Args(&args))?;
        if !out.is_null() {
            // SAFETY: the caller's promise.
            unsafe { out.write(handle::into_raw(strings::c_string(result.to_string()))) };
        }
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { exports::run(broker, err, body) }
}

fn find(name: &str) -> Outcome<&'static Command> {
    commands::TABLE.iter().find(|c| c.name == name).ok_or_else(|| {
        let known: Vec<_> = commands::TABLE.iter().map(|c| c.name).collect();
        /// Characters of an unknown name in the error message. A longer name is cut.
        const SHOWN: usize = 80;
        let shown: String = name.chars().take(SHOWN).collect();
        let cut = if shown.len() < name.len() { "..." } else { "" };
        let known = known.join(", ");
        Failure::new(TANSU_E_UNKNOWN_COMMAND, format!("no command is called {shown:?}{cut}. Known: {known}"))
    })
}

/// Returns the number of commands.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_command_count() -> usize {
    commands::TABLE.len()
}

/// Returns the name of command number `i`, counted from 0, or NULL past the last. The string is static.
#[unsafe(no_mangle)]
pub extern "C" fn tansu_command_at(i: usize) -> *const c_char {
    guard::value(std::ptr::null(), || DOCS.get(i).map_or(std::ptr::null(), |(name, _)| name.as_ptr()))
}

/// Returns the description of a command and one line for each argument. NULL for an unknown name. The string is static.
///
/// # Safety
/// `name` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_command_doc(name: *const c_char) -> *const c_char {
    guard::value(std::ptr::null(), || {
        // SAFETY: the caller's promise.
        let Ok(name) = (unsafe { strings::text("name", name) }) else { return std::ptr::null() };
        commands::TABLE.iter().position(|c| c.name == name).map_or(std::ptr::null(), |i| DOCS[i].1.as_ptr())
    })
}

static DOCS: LazyLock<Vec<(CString, CString)>> =
    LazyLock::new(|| commands::TABLE.iter().map(|c| (strings::c_string(c.name), strings::c_string(doc(c)))).collect());

fn doc(command: &Command) -> String {
    let args = command.args.iter().map(|arg| format!("\n  {}", arg.line()));
    format!("{}{}", command.doc, args.collect::<String>())
}

/// Returns the NUL-terminated text; `""` for NULL. It lives as long as the string.
///
/// # Safety
/// `string` is NULL or a tansu_string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_string_data(string: *const tansu_string) -> *const c_char {
    // SAFETY: the caller's promise.
    guard::value(c"".as_ptr(), || unsafe { handle::borrow(string) }.map_or(c"".as_ptr(), |s| s.as_ptr()))
}

/// Returns the length in bytes, without the terminator; 0 for NULL.
///
/// # Safety
/// `string` is NULL or a tansu_string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_string_len(string: *const tansu_string) -> usize {
    // SAFETY: the caller's promise.
    guard::value(0, || unsafe { handle::borrow(string) }.map_or(0, |s| s.count_bytes()))
}

/// Frees a string. NULL is ignored.
///
/// # Safety
/// `string` is NULL or a tansu_string that is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tansu_string_free(string: *mut tansu_string) {
    // SAFETY: the caller's promise.
    guard::value((), || unsafe { handle::free(string) });
}
