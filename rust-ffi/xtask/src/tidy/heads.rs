//! Each file of `engine/src/api` opens with what it serves: name, key and versions as in the API table, and files that
//! exist.

use super::{File, at};
use std::collections::BTreeSet;
use wire::api::{Api, TABLE};

const FOLDER: &str = "rust-ffi/engine/src/api/";
const ENGINE: &str = "rust-ffi/engine/src/";

pub fn check(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let is_api = |file: &&File| {
        let rest = file.path.strip_prefix(FOLDER);
        rest.is_some_and(|name| name.ends_with(".rs") && !name.contains('/'))
    };
    files.iter().filter(is_api).flat_map(|file| check_head(file, &paths)).collect()
}

fn check_head(file: &File, paths: &BTreeSet<&str>) -> Vec<String> {
    let name = file.name().trim_end_matches(".rs").replace('_', "");
    let Some(api) = TABLE.iter().find(|api| api.name.to_lowercase() == name) else {
        return vec![at(file, 0, "the file is named after no request".to_owned())];
    };
    let head: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
    let mut complaints = Vec::new();
    if !head.first().is_some_and(|line| line.starts_with(&expected(api))) {
        complaints.push(at(file, 0, format!("the head does not begin with \"{}\"", expected(api))));
    }
    for word in ["Kafka:", "Does:", "Leaves out:"] {
        if !head.iter().any(|line| line.contains(word)) {
            complaints.push(at(file, 0, format!("the head has no \"{word}\"")));
        }
    }
    let quoted = head.join("\n");
    for owner in quoted.split('`').skip(1).step_by(2).filter(|quoted| quoted.ends_with(".rs")) {
        if !paths.contains(format!("{ENGINE}{owner}").as_str()) {
            complaints.push(at(file, 0, format!("there is no {ENGINE}{owner}")));
        }
    }
    complaints
}

fn expected(api: &Api) -> String {
    let Api { name, key, min, max, .. } = api;
    let versions = if min == max { format!("version {min}") } else { format!("versions {min}-{max}") };
    format!("//! {name} (key {key}), {versions}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let owner = file("rust-ffi/engine/src/features.rs", "");
        check(&[file("rust-ffi/engine/src/api/heartbeat.rs", text), owner])
    }

    #[test]
    fn a_head_names_the_versions_of_the_table_and_files_that_exist() {
        let rest = "//! Kafka: A.b.\n//! Does: this.\n//! Leaves out: nothing.\n";
        assert!(complaints(&format!("//! Heartbeat (key 12), versions 0-4. Owner: `features.rs`.\n{rest}")).is_empty());
        assert_eq!(complaints(&format!("//! Heartbeat (key 12), versions 0-3.\n{rest}")).len(), 1);
        assert_eq!(complaints(&format!("//! Heartbeat (key 12), versions 0-4. Owner: `gone.rs`.\n{rest}")).len(), 1);
        assert_eq!(complaints("//! Heartbeat (key 12), versions 0-4. Kafka: A.b.\n//! Does: this.\n").len(), 1);
    }
}
