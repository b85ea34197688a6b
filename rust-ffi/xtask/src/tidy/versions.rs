//! The version is that of `rust-ffi/Cargo.toml`. Files that cannot read it from there must have the same.

use super::File;
use crate::paths;

pub fn check(files: &[File]) -> Vec<String> {
    let version = match version() {
        Ok(version) => version,
        Err(why) => return vec![format!("rust-ffi/Cargo.toml: {why}")],
    };
    let parts: Vec<&str> = version.split('.').collect();
    let Ok([major, minor, patch]) = <[&str; 3]>::try_from(parts) else {
        return vec![format!("rust-ffi/Cargo.toml: {version} is not three numbers")];
    };
    let said: &[(&str, Vec<String>)] = &[
        ("CHANGELOG.md", vec![format!("## [{version}]")]),
        (
            "include/tansu.h",
            vec![
                format!("#define TANSU_VERSION_MAJOR {major}"),
                format!("#define TANSU_VERSION_MINOR {minor}"),
                format!("#define TANSU_VERSION_PATCH {patch}"),
            ],
        ),
    ];
    let mut complaints = Vec::new();
    for (path, lines) in said {
        let Some(file) = files.iter().find(|f| f.path == *path) else {
            complaints.push(format!("{path} is missing"));
            continue;
        };
        let missing = lines.iter().filter(|line| !file.text.lines().any(|l| l.starts_with(line.as_str())));
        complaints.extend(missing.map(|line| format!("{path}: no line '{line}' (rust-ffi/Cargo.toml says {version})")));
    }
    complaints.extend(
        files.iter().filter(|f| READERS.contains(&f.path.as_str())).filter_map(|f| second_version(f, &version)),
    );
    complaints
}

/// Files that read the version from Cargo.toml and must not contain one.
const READERS: &[&str] = &["pyproject.toml", "setup.py", "CMakeLists.txt"];

fn second_version(file: &File, version: &str) -> Option<String> {
    let says = |line: &str| line.contains(&format!("\"{version}\"")) || line.contains(&format!("VERSION {version}"));
    let index = file.text.lines().position(says)?;
    Some(super::at(file, index, "the version is read from rust-ffi/Cargo.toml, not written here"))
}

fn version() -> Result<String, Box<dyn std::error::Error>> {
    let table: toml::Table = std::fs::read_to_string(paths::workspace().join("Cargo.toml"))?.parse()?;
    Ok(table["workspace"]["package"]["version"].as_str().ok_or("no version")?.to_owned())
}
