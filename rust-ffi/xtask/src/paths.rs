//! Paths of the repository, independent of the current folder.

use std::path::{Path, PathBuf};

/// The cargo workspace, `rust-ffi/`.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

/// The top of the repository.
pub fn repository() -> PathBuf {
    workspace().parent().expect("the workspace lies in the repository").to_owned()
}

/// Cargo's target folder, as cargo itself would choose it (no `build.target-dir` is configured here).
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => std::path::absolute(dir).expect("the target folder has a path"),
        None => workspace().join("target"),
    }
}
