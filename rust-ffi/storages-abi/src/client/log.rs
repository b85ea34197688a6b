//! Log records of the loaded libraries. They are emitted again here, with their original target in the field
//! [`log_line::TARGET_FIELD`].

use std::panic::catch_unwind;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use tracing::level_filters::LevelFilter;

use super::library::Library;
use crate::log_line;

/// The loaded libraries. Without a lock, because a forked child could inherit it locked.
static LOADED: LazyLock<ArcSwap<Vec<Library>>> = LazyLock::new(ArcSwap::default);

/// The target of every record of a library.
pub const TARGET: &str = "storages";

/// Begins to receive the records of a library.
pub(super) fn follow(library: Library) {
    LOADED.rcu(|loaded| {
        let mut loaded = Vec::clone(loaded);
        if !loaded.contains(&library) {
            loaded.push(library);
        }
        Arc::new(loaded)
    });
    library.log(level(), on_record);
}

/// Passes the level of this library's `tracing` dispatcher down to the loaded libraries. Call it after each change.
pub fn level_changed() {
    for library in LOADED.load().iter() {
        library.log(level(), on_record);
    }
}

fn level() -> u32 {
    LevelFilter::current().into_level().map_or(log_line::OFF, log_line::number)
}

/// # Safety
/// Both texts are readable during the call.
unsafe extern "C" fn on_record(
    level: u32,
    target: *const u8,
    target_len: usize,
    message: *const u8,
    message_len: usize,
) {
    // SAFETY: the caller's promise.
    let (target, message) =
        unsafe { (std::slice::from_raw_parts(target, target_len), std::slice::from_raw_parts(message, message_len)) };
    // The dispatcher may be the embedder's; its panics must not unwind into the library.
    let _ = catch_unwind(|| emit(level, &String::from_utf8_lossy(target), &String::from_utf8_lossy(message)));
}

fn emit(level: u32, target: &str, message: &str) {
    match level {
        log_line::ERROR => tracing::error!(target: TARGET, storages_target = target, "{message}"),
        log_line::WARN => tracing::warn!(target: TARGET, storages_target = target, "{message}"),
        log_line::INFO => tracing::info!(target: TARGET, storages_target = target, "{message}"),
        log_line::DEBUG => tracing::debug!(target: TARGET, storages_target = target, "{message}"),
        _ => tracing::trace!(target: TARGET, storages_target = target, "{message}"),
    }
}
