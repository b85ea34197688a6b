//! Checks of a wheel before it is published.

use super::{Distribution, tools, tools::Tools};
use crate::{Outcome, paths};
use std::path::{Path, PathBuf};

/// Files of every wheel.
const ALWAYS: &[&str] = &["py.typed", "licenses/LICENSE", "licenses/NOTICE", "licenses/THIRD_PARTY_NOTICES.txt"];

pub fn check(tools: &Tools, distribution: &Distribution, wheel: &Path) -> Outcome {
    let names = tools::output(tools.python().args(["-m", "zipfile", "--list"]).arg(wheel))?;
    let missing: Vec<_> = ALWAYS.iter().chain(distribution.carries).filter(|name| !names.contains(*name)).collect();
    if !missing.is_empty() {
        return Err(format!("{}: {missing:?} missing", wheel.display()).into());
    }
    if names.contains("abi3") {
        tools::succeed(tools.command("abi3audit").arg("--strict").arg(wheel))?;
    }
    tools::succeed(tools.command("check-wheel-contents").arg(wheel))
}

/// Checks that the library exports only its own interface.
pub fn symbols(tools: &Tools, distribution: &Distribution, library: &Path) -> Outcome {
    let script = paths::workspace().join("xtask/dist/symbols.py");
    let mut command = tools.python();
    tools::succeed(command.arg(script).arg(library).arg(distribution.exports))
}

/// Checks the descriptions for an index.
pub fn descriptions(tools: &Tools, dist: &Path) -> Outcome {
    let files: Vec<PathBuf> = std::fs::read_dir(dist)?.map(|e| Ok(e?.path())).collect::<std::io::Result<_>>()?;
    let packages = files.iter().filter(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("tansu_cffi")
    });
    tools::succeed(tools.command("twine").args(["check", "--strict"]).args(packages))
}
