//! Formatting of the generated files, and removal of files without a schema.

use super::render::{FOLDER, RECORDS_FOLDER};
use super::{Fallible, Files};
use crate::paths;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The first line of all generated files.
pub const MARK: &str = "// Written by `cargo xtask codec`";

/// Runs rustfmt on all files, through its standard input, so that it does not look for modules in other files.
pub fn formatted(files: Files) -> Fallible<Files> {
    files.into_iter().map(|(name, text)| Ok((name, rustfmt(&text)?))).collect()
}

fn rustfmt(text: &str) -> Fallible<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(paths::workspace().join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    // No dead lock: rustfmt reads all before it writes anything.
    child.stdin.take().expect("piped").write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err("rustfmt refused what was generated".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Generated files on disk that are not among `files`.
pub fn stale(dir: &Path, files: &Files) -> Fallible<Vec<String>> {
    let mut stale = Vec::new();
    for folder in [FOLDER, RECORDS_FOLDER].into_iter().filter(|folder| dir.join(folder).exists()) {
        for entry in std::fs::read_dir(dir.join(folder))? {
            let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            let generated = std::fs::read_to_string(dir.join(&name)).is_ok_and(|text| text.starts_with(MARK));
            if generated && !files.contains_key(&name) {
                stale.push(name);
            }
        }
    }
    stale.sort();
    Ok(stale)
}
