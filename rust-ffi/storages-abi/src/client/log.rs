//! Log records of the loaded libraries. They are emitted again here, with their own target in a field.

use std::panic::catch_unwind;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use tracing::level_filters::LevelFilter;

use super::library::Library;

/// The libraries that were loaded. Without a lock: a forked child would inherit it, held by a thread it does not have.
static LOADED: LazyLock<ArcSwap<Vec<Library>>> = LazyLock::new(ArcSwap::default);

/// The target of every record of a library.
pub const TARGET: &str = "storages";
/// The field that has the record's own target.
pub const TARGET_FIELD: &str = "storages_target";

/// Takes the records of a library from now on.
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

/// Pushes the level of this library's `tracing` dispatcher down into the loaded libraries. To be called whenever it has
/// changed.
pub fn level_changed() {
    for library in LOADED.load().iter() {
        library.log(level(), on_record);
    }
}

fn level() -> u32 {
    match LevelFilter::current().into_level() {
        None => 0,
        Some(tracing::Level::ERROR) => 1,
        Some(tracing::Level::WARN) => 2,
        Some(tracing::Level::INFO) => 3,
        Some(tracing::Level::DEBUG) => 4,
        Some(_) => 5,
    }
}

/// # Safety
/// Both texts are readable for the time of the call.
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
    // The dispatcher is the embedder's code if it has set one of its own; nothing of it may unwind into the library.
    let _ = catch_unwind(|| emit(level, &String::from_utf8_lossy(target), &String::from_utf8_lossy(message)));
}

fn emit(level: u32, target: &str, message: &str) {
    match level {
        1 => tracing::error!(target: TARGET, storages_target = target, "{message}"),
        2 => tracing::warn!(target: TARGET, storages_target = target, "{message}"),
        3 => tracing::info!(target: TARGET, storages_target = target, "{message}"),
        4 => tracing::debug!(target: TARGET, storages_target = target, "{message}"),
        _ => tracing::trace!(target: TARGET, storages_target = target, "{message}"),
    }
}
