//! The last touch to the generated files: rustfmt, and the removal of files that no schema stands behind any more.

use super::{Fallible, Files};
use crate::paths;
use std::path::Path;

/// What all generated files begin with.
pub const MARK: &str = "// Written by `cargo xtask codec`";

/// Runs rustfmt over all files at once: one process for 150 files.
pub fn formatted(files: Files) -> Fallible<Files> {
    let dir = paths::target().join("codec");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(dir.join("message"))?;
    for (name, text) in &files {
        std::fs::write(dir.join(name), text)?;
    }
    let status = std::process::Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(paths::workspace().join("rustfmt.toml"))
        // Not message.rs: rustfmt would follow its modules, and some of those are written by hand.
        .args(files.keys().filter(|name| *name != "message.rs").map(|name| dir.join(name)))
        .status()?;
    if !status.success() {
        return Err("rustfmt refused what was generated".into());
    }
    files.into_keys().map(|name| Ok((name.clone(), std::fs::read_to_string(dir.join(&name))?))).collect()
}

/// Generated files on disk that are not among `files`.
pub fn stale(dir: &Path, files: &Files) -> Fallible<Vec<String>> {
    let mut stale = Vec::new();
    for entry in std::fs::read_dir(dir.join("message"))? {
        let name = format!("message/{}", entry?.file_name().to_string_lossy());
        let generated = std::fs::read_to_string(dir.join(&name)).is_ok_and(|text| text.starts_with(MARK));
        if generated && !files.contains_key(&name) {
            stale.push(name);
        }
    }
    stale.sort();
    Ok(stale)
}
