//! Words that must not be in the tree: notes to oneself, and the paths and hosts of one machine.

use super::{File, at};

/// In two halves, so that this file is not the first to be blamed.
const NEVER: &[(&str, &str, &str)] = &[
    ("/wo", "rk/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("/home/", "runner", "a path of one machine"),
    ("TO", "DO", "finish it or say in prose what is missing"),
    ("FIX", "ME", "finish it or say in prose what is missing"),
    ("un", "implemented!", "finish it"),
    ("to", "do!(", "finish it"),
    ("db", "g!(", "left over from a search for a bug"),
    ("breakpoint", "()", "left over from a search for a bug"),
    ("pypi", ".org", "the host of a registry; clients know it"),
    ("files.python", "hosted", "the host of a registry; clients know it"),
    ("proxy.go", "lang", "the host of a registry; clients know it"),
    ("npm", "js.org", "the host of a registry; clients know it"),
    ("repo1.", "maven", "the host of a registry; clients know it"),
];

/// Licence texts are not ours to tidy.
const FOREIGN: &[&str] = &["LICENSE"];

pub fn check(files: &[File]) -> Vec<String> {
    let words: Vec<(String, &str)> = NEVER.iter().map(|(a, b, why)| (format!("{a}{b}"), *why)).collect();
    let mut complaints = Vec::new();
    for file in files.iter().filter(|f| !FOREIGN.contains(&f.path.as_str())) {
        for (index, line) in file.text.lines().enumerate() {
            complaints.extend(
                words
                    .iter()
                    .filter(|(word, _)| line.contains(word))
                    .map(|(word, why)| at(file, index, format!("{word}: {why}"))),
            );
        }
    }
    complaints
}
