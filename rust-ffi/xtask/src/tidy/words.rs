//! Words that must not be in the tree: notes to oneself, the paths and hosts of one machine, and persons where prose
//! has to name a thing: the connection, the waiter, the caller, the client.

use super::{File, at};

/// In two halves, so that this file passes its own rule.
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

/// Whole words, in two halves, that name a person where the text means a part of the program.
const PERSONS: &[(&str, &str)] = &[("who", "ever"), ("no", "body"), ("some", "body"), ("h", "e"), ("h", "is")];

/// Files with prose of ours, by extension.
const PROSE: &[&str] = &["rs", "py", "pyi", "c", "h", "md"];

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
    complaints.extend(persons(files));
    complaints
}

fn persons(files: &[File]) -> Vec<String> {
    let words: Vec<String> = PERSONS.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let is_prose = |file: &&File| PROSE.contains(&file.extension());
    let mut complaints = Vec::new();
    for file in files.iter().filter(is_prose) {
        for (index, line) in file.text.lines().enumerate() {
            let found = words.iter().find(|word| has_word(line, word));
            complaints.extend(found.map(|word| at(file, index, format!("'{word}': name the thing that is meant"))));
        }
    }
    complaints
}

/// Returns whether a line has a whole word, in any case; `_` ends a word, so that identifiers count. A word in double
/// quotes is a name, such as that of a Unix user.
fn has_word(line: &str, word: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let is_end = |next: Option<char>| next.is_none_or(|c| !c.is_ascii_alphanumeric());
    line.match_indices(word).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + word.len()..]);
        let is_quoted = before.ends_with('"') && after.starts_with('"');
        !is_quoted && is_end(before.chars().next_back()) && is_end(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_found_also_in_identifiers_and_in_capitals() {
        let word = format!("{}{}", "no", "body");
        for line in [format!("// {}", word.to_uppercase()), format!("let _{word}_else = 1;"), format!("{word}'s")] {
            assert!(has_word(&line, &word), "{line}");
        }
        for line in ["any body", &format!("\"{word}\""), &format!("{word}s")] {
            assert!(!has_word(line, &word), "{line}");
        }
    }
}
