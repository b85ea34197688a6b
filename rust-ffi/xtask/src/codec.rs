//! `cargo xtask codec`: wire/src/message/*.rs and wire/src/coordinator/*.rs from the schemas in Apache Kafka's jars.
//!
//! The Rust files are checked in, the schemas are not: Maven downloads them once into the target folder. `--schemas`
//! reads all of them from a folder instead.
//!
//! xtask depends on wire and engine. If generated files do not compile, restore the old ones from git first.

mod fetch;
mod mend;
mod model;
mod names;
mod reading;
mod render;
mod schema;
mod table;
mod types;
mod writing;

use crate::{Outcome, no_more, paths};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The release of the schemas.
const KAFKA: &str = "4.3.1";

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let check = args.contains("--check");
    let schemas: Option<PathBuf> = args.opt_value_from_str("--schemas")?;
    no_more(args)?;
    let dir_of = |jar: &fetch::Jar| schemas.clone().map_or_else(|| fetch::schemas(jar), Ok);
    let apis = schema::load(&dir_of(&fetch::CLIENTS)?)?;
    table::compare(&apis)?;
    let mut records = schema::load_records(&dir_of(&fetch::GROUP_COORDINATOR)?, render::GROUP_RECORDS)?;
    let transactions = dir_of(&fetch::TRANSACTION_COORDINATOR)?;
    records.extend(schema::load_records(&transactions, render::TRANSACTION_RECORDS)?);
    let files = mend::formatted(render::files(&apis, &records)?)?;
    let dir = paths::repository();
    if check { compare(&dir, &files) } else { write(&dir, &files) }
}

/// Text by path in the repository.
type Files = BTreeMap<String, String>;

fn write(dir: &Path, files: &Files) -> Outcome {
    let mut changed = 0;
    for (name, text) in files {
        let path = dir.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        std::fs::create_dir_all(path.parent().expect("has a folder"))?;
        std::fs::write(&path, text)?;
        changed += 1;
    }
    for stale in mend::stale(dir, files)? {
        std::fs::remove_file(dir.join(&stale))?;
        changed += 1;
    }
    println!("{} files, {changed} changed", files.len());
    Ok(())
}

fn compare(dir: &Path, files: &Files) -> Outcome {
    let differs = |(name, text): &(&String, &String)| {
        std::fs::read_to_string(dir.join(name.as_str())).unwrap_or_default() != **text
    };
    let mut wrong: Vec<String> = files.iter().filter(differs).map(|(name, _)| name.clone()).collect();
    wrong.extend(mend::stale(dir, files)?);
    if wrong.is_empty() {
        println!("{} files are what Kafka {KAFKA}'s schemas say", files.len());
        return Ok(());
    }
    Err(format!("not what the schemas say; run `cargo xtask codec` and commit it:\n  {}", wrong.join("\n  ")).into())
}
