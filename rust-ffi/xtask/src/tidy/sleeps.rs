//! Tests wait for conditions and do not sleep. `rust-ffi/tidy.toml` lists the exceptions with their exact number and
//! the reason.

use super::{File, at};
use std::collections::BTreeMap;

/// In two halves, because this file is checked too.
const CALLS: &[(&str, &str)] = &[
    ("thread::", "sleep("),
    ("tokio::time::", "sleep("),
    ("time.", "sleep("),
    ("asyncio.", "sleep("),
    ("us", "leep("),
    ("nano", "sleep("),
    ("sleep", "_for("),
    ("Thread.", "sleep("),
];

pub fn check(files: &[File]) -> Vec<String> {
    let mut allowed = match allowed() {
        Ok(allowed) => allowed,
        Err(why) => return vec![format!("rust-ffi/tidy.toml: {why}")],
    };
    let calls: Vec<String> = CALLS.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let mut complaints = Vec::new();
    for file in files {
        let tests_begin = first_test_line(file);
        let found: Vec<usize> = file
            .text
            .lines()
            .enumerate()
            .skip_while(|(index, _)| *index < tests_begin)
            .filter(|(_, line)| calls.iter().any(|call| line.contains(call)))
            // Not a wait at all: it only lets other tasks run.
            .filter(|(_, line)| !line.contains("sleep(0)"))
            .map(|(index, _)| index)
            .collect();
        if found.len() != allowed.remove(&file.path).unwrap_or(0) {
            complaints.extend(
                found.iter().map(|&index| at(file, index, "a test sleeps (rust-ffi/tidy.toml lists those that may)")),
            );
        }
    }
    complaints
        .extend(allowed.keys().map(|path| format!("rust-ffi/tidy.toml: {path} does not sleep so often any more")));
    complaints
}

/// Returns the line where the tests of a file begin; past its end if it has none.
fn first_test_line(file: &File) -> usize {
    let folder = |name: &str| file.path.starts_with(&format!("{name}/")) || file.path.contains(&format!("/{name}/"));
    if folder("tests") || file.name() == "tests.rs" {
        return 0;
    }
    let begins = |line: &str| line.trim() == "#[cfg(test)]";
    file.text.lines().position(begins).filter(|_| file.extension() == "rs").unwrap_or(usize::MAX)
}

fn allowed() -> Result<BTreeMap<String, usize>, Box<dyn std::error::Error>> {
    let table: toml::Table = std::fs::read_to_string(crate::paths::workspace().join("tidy.toml"))?.parse()?;
    let mut counts = BTreeMap::new();
    for (path, row) in table["sleeps"].as_table().ok_or("[sleeps]")? {
        row.get("reason")
            .and_then(|r| r.as_str())
            .filter(|r| !r.is_empty())
            .ok_or_else(|| format!("{path}: no reason"))?;
        let count = row.get("count").and_then(|c| c.as_integer()).ok_or_else(|| format!("{path}: no count"))?;
        counts.insert(path.clone(), usize::try_from(count)?);
    }
    Ok(counts)
}
