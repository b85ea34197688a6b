//! `cargo xtask licences`: checks that the licence of every dependency is accepted. (build_notices.py in the root puts
//! the required texts into each wheel.)
//!
//! Rust's dependencies are read from `cargo metadata` (the whole of Cargo.lock, every platform). Dependencies in
//! Python, Go, Java and Node are not part of a wheel. `deny.toml` lists them with their licences; a dependency of a
//! manifest that the list lacks is an error.

mod expression;
mod manifests;

use crate::{Outcome, check::cargo_command, no_more, paths};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A crate of Cargo.lock outside of the workspace.
struct Dependency {
    name: String,
    version: String,
    licence: String,
}

pub fn run(args: pico_args::Arguments) -> Outcome {
    no_more(args)?;
    check()
}

pub fn check() -> Outcome {
    let policy = Policy::read()?;
    let mut complaints = Vec::new();
    let mut excused = BTreeSet::new();
    let dependencies = dependencies()?;
    let titled = |d: &Dependency| format!("{} {}", d.name, d.version);
    let crates = dependencies.iter().map(|d| (d.name.as_str(), titled(d), d.licence.as_str()));
    let others = policy.others.iter().map(|(name, licence)| (name.as_str(), name.clone(), licence.as_str()));
    for (name, shown, licence) in crates.chain(others) {
        match expression::satisfied(licence, |id| policy.accepts(name, id, &mut excused)) {
            Ok(true) => {}
            Ok(false) => complaints.push(format!("{shown}: {licence}")),
            Err(why) => complaints.push(format!("{shown}: {why}")),
        }
    }
    complaints.extend(
        policy
            .exceptions
            .keys()
            .filter(|n| !excused.contains(*n))
            .map(|n| format!("deny.toml excuses {n} for nothing")),
    );
    complaints.extend(manifests::check(&policy)?);
    if complaints.is_empty() {
        println!("{} crates, {} packages of other languages", dependencies.len(), policy.others.len());
        return Ok(());
    }
    Err(complaints.join("\n").into())
}

/// `rust-ffi/deny.toml`: accepted licences and exceptions, with reasons.
struct Policy {
    allowed: BTreeSet<String>,
    /// By the name of a crate, or "python:aiokafka".
    exceptions: BTreeMap<String, Exception>,
    /// "python:aiokafka" -> licence.
    others: BTreeMap<String, String>,
}

struct Exception {
    licence: String,
}

impl Policy {
    fn read() -> Result<Policy, Box<dyn std::error::Error>> {
        let table: toml::Table = std::fs::read_to_string(paths::workspace().join("deny.toml"))?.parse()?;
        let allowed: BTreeSet<String> = table["allow"].as_table().ok_or("[allow]")?.keys().cloned().collect();
        let mut exceptions = BTreeMap::new();
        for (name, row) in table["exceptions"].as_table().ok_or("[exceptions]")? {
            let licence = row["licence"].as_str().ok_or("licence")?.to_owned();
            row["reason"]
                .as_str()
                .filter(|r| !r.is_empty())
                .ok_or_else(|| format!("{name}: an exception has a reason"))?;
            exceptions.insert(name.clone(), Exception { licence });
        }
        let mut others = BTreeMap::new();
        for (language, rows) in table["others"].as_table().ok_or("[others]")? {
            for (name, licence) in rows.as_table().ok_or("[others.*]")? {
                let licence = licence.as_str().ok_or("a licence is a string")?;
                others.insert(format!("{language}:{name}"), licence.to_owned());
            }
        }
        Ok(Policy { allowed, exceptions, others })
    }

    /// Returns whether a package may have this licence, and records a used exception.
    fn accepts(&self, name: &str, licence: &str, excused: &mut BTreeSet<String>) -> bool {
        if self.allowed.contains(licence) {
            return true;
        }
        let excepted = self.exceptions.get(name).is_some_and(|e| e.licence == licence);
        if excepted {
            excused.insert(name.to_owned());
        }
        excepted
    }
}

/// Returns the crates of Cargo.lock outside of the workspace.
fn dependencies() -> Result<Vec<Dependency>, Box<dyn std::error::Error>> {
    let metadata: Value =
        serde_json::from_str(&output(&["metadata", "--format-version=1", "--locked", "--all-features"])?)?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().ok_or("packages")? {
        if package["source"].is_null() {
            continue;
        }
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        found.push(Dependency { name: text("name"), version: text("version"), licence: text("license") });
    }
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(found)
}

fn output(args: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let out = cargo_command(args).stderr(std::process::Stdio::inherit()).output()?;
    if !out.status.success() {
        return Err(format!("cargo {} failed", args[0]).into());
    }
    Ok(String::from_utf8(out.stdout)?)
}
