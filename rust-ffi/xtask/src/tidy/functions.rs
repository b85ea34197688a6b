//! The lengths of Rust functions. rustfmt's indentation tells where one ends.

use super::{File, at};

/// A longer function is split. The limit is above the usual size, which is 70 lines.
const LINES_MAX: usize = 100;

pub fn check(files: &[File]) -> Vec<String> {
    let rust = files.iter().filter(|file| file.extension() == "rs" && !file.generated());
    rust.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut complaints = Vec::new();
    for (first, line) in lines.iter().enumerate().filter(|(_, line)| begins(line)) {
        let indent = line.len() - line.trim_start().len();
        let is_end = |line: &&str| {
            line.get(..indent).is_some_and(|blank| blank.trim().is_empty()) && line[indent..].starts_with('}')
        };
        let length = lines[first..].iter().position(is_end).map_or(0, |last| last + 1);
        if length > LINES_MAX {
            complaints.push(at(file, first, format!("a function of {length} lines; split it")));
        }
    }
    complaints
}

/// Without a function of one line.
fn begins(line: &str) -> bool {
    let declaration = line.split('(').next().unwrap_or_default();
    declaration.split_whitespace().any(|word| word == "fn") && !line.trim_end().ends_with([';', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_function_is_found_at_its_first_line() {
        let body = |lines: usize| "        work();\n".repeat(lines);
        let text =
            format!("impl A {{\n    fn short() {{\n{}    }}\n\n    fn long() {{\n{}    }}\n}}\n", body(98), body(99));
        let complaints = check(&[File { path: "a.rs".to_owned(), text }]);
        assert_eq!(complaints, ["a.rs:103: a function of 101 lines; split it"]);
    }
}
