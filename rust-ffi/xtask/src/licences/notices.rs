//! `THIRD_PARTY_NOTICES.txt`: the licence texts of everything that is linked into the library. MIT, BSD, ISC and Apache
//! ask for them beside a binary, so the wheel carries the file.

use super::Dependency;
use crate::{Outcome, paths};
use std::collections::BTreeMap;

const FILE: &str = "THIRD_PARTY_NOTICES.txt";
const RULE: &str = "--------------------------------------------------------------------------------";
const HEAD: &str = "This file is made by `cargo xtask licences --write`; do not edit it.

libtansu contains code of the following projects, unchanged as published in the Rust package registry, where their
sources can be had under the name and version given here. Which licence applies to which, and the texts, follow.
";

pub fn write(shipped: &[Dependency]) -> Outcome {
    let path = paths::repository().join(FILE);
    std::fs::write(&path, render(shipped)?)?;
    println!("{}: {} crates", path.display(), shipped.len());
    Ok(())
}

/// The list at the head must be the lock file's; the texts below it come from the same crates.
pub fn check(shipped: &[Dependency]) -> Vec<String> {
    let text = std::fs::read_to_string(paths::repository().join(FILE)).unwrap_or_default();
    if text.starts_with(&list(shipped)) {
        return Vec::new();
    }
    vec![format!("{FILE} does not list the crates of Cargo.lock: run `cargo xtask licences --write` and commit it")]
}

fn list(shipped: &[Dependency]) -> String {
    let mut text = HEAD.to_owned() + "\n";
    for crate_ in shipped {
        text += &format!("{} {}: {}\n", crate_.name, crate_.version, crate_.licence);
    }
    text
}

fn render(shipped: &[Dependency]) -> Result<String, Box<dyn std::error::Error>> {
    // Hundreds of crates carry the same few texts: each is printed once, under the names of all that carry it.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut bare = Vec::new();
    for crate_ in shipped {
        let files = licence_files(&crate_.folder)?;
        if files.is_empty() {
            bare.push(format!("{} {}, by {}", crate_.name, crate_.version, authors(crate_)));
        }
        for file in files {
            let bytes = std::fs::read(&file)?;
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            let text: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
            let users = texts.entry(text.join("\n")).or_default();
            let name = format!("{} {}", crate_.name, crate_.version);
            if !users.contains(&name) {
                users.push(name);
            }
        }
    }
    let mut by_users: Vec<_> = texts.into_iter().collect();
    by_users.sort_by(|a, b| a.1.cmp(&b.1));
    let mut out = list(shipped);
    out += "\nThese carry no licence file; their manifests name the licence above, whose text others below carry:\n\n";
    out += &(bare.join("\n") + "\n");
    for (text, users) in by_users {
        out += &format!("\n{RULE}\n{}\n{RULE}\n\n{text}\n", users.join(", "));
    }
    Ok(out)
}

fn authors(crate_: &Dependency) -> String {
    if crate_.authors.is_empty() { format!("the {} authors", crate_.name) } else { crate_.authors.join(", ") }
}

/// Files at the top of a crate, and of the C sources it brings, whose names say licence, copyright or notice.
fn licence_files(folder: &std::path::Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    for bundled in ["zstd", "aws-lc", "LICENSES", "sqlite3", "bundled/src"] {
        folders.extend(Some(folder.join(bundled)).filter(|f| f.is_dir()));
    }
    for folder in folders {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            let says = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"]
                .iter()
                .any(|w| name.starts_with(w));
            if says && path.is_file() && !name.ends_with(".RS") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
