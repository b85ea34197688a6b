//! What a wheel must pass before it is published.

use super::{Distribution, tools, tools::Tools};
use crate::Outcome;
use std::path::{Path, PathBuf};

/// What every wheel carries.
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

/// The descriptions as an index would show them.
pub fn descriptions(tools: &Tools, dist: &Path) -> Outcome {
    let files: Vec<PathBuf> = std::fs::read_dir(dist)?.map(|e| Ok(e?.path())).collect::<std::io::Result<_>>()?;
    let packages = files.iter().filter(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("tansu_cffi")
    });
    tools::succeed(tools.command("twine").args(["check", "--strict"]).args(packages))
}
