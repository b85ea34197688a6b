//! No dead code: each Rust file is a module of its parent, and nothing is excused from being used.

use super::{File, at};
use std::collections::BTreeMap;

/// In two halves, because this file is checked too.
const EXCUSE: &str = concat!("allow", "(dead_code)");
/// A crate's roots, which no other file names.
const ROOTS: &[&str] = &["lib.rs", "main.rs", "build.rs"];

pub fn check(files: &[File]) -> Vec<String> {
    let rust: BTreeMap<&str, &File> =
        files.iter().filter(|file| file.extension() == "rs").map(|file| (file.path.as_str(), file)).collect();
    let mut complaints = Vec::new();
    for file in rust.values() {
        let is_used = !file.path.contains("/src/") || ROOTS.contains(&file.name()) || is_declared(file, &rust);
        if !is_used {
            complaints.push(format!("{}: no file declares this module", file.path));
        }
        for (index, line) in file.text.lines().enumerate() {
            if line.contains(EXCUSE) {
                complaints.push(at(file, index, "dead code is deleted".to_owned()));
            }
        }
    }
    complaints
}

/// Looks into the file of the parent module, and into all files of the same folder for a `#[path]`.
fn is_declared(file: &File, rust: &BTreeMap<&str, &File>) -> bool {
    let Some((folder, name)) = file.path.rsplit_once('/') else { return true };
    let module = name.trim_end_matches(".rs");
    let parent = format!("{folder}.rs");
    let roots = ["lib.rs", "main.rs"].map(|root| format!("{folder}/{root}"));
    let parents = roots.iter().map(String::as_str).chain([parent.as_str()]);
    let declares = |text: &str| text.lines().any(|line| line.trim_end().ends_with(&format!("mod {module};")));
    let in_bin = folder.ends_with("/src/bin");
    in_bin
        || parents.filter_map(|path| rust.get(path)).any(|parent| declares(&parent.text))
        || rust
            .values()
            .any(|other| other.text.contains(&format!("/{name}\"]")) || other.text.contains(&format!("\"{name}\"]")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_file_declares_and_an_excuse_for_dead_code_are_found() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("a/src/lib.rs", "mod used;\n#[path = \"odd.rs\"]\nmod even;\n"),
            file("a/src/used.rs", "pub(crate) mod inner;\n"),
            file("a/src/used/inner.rs", concat!("#[allow", "(dead_code)]\nfn f() {}\n")),
            file("a/src/unused.rs", "mod inner;\n"),
            file("a/tests/it.rs", ""),
        ];
        let complaints = check(&files);
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints.iter().any(|complaint| complaint.starts_with("a/src/unused.rs")));
        assert!(complaints.iter().any(|complaint| complaint.starts_with("a/src/used/inner.rs:1")));
    }
}
