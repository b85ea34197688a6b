//! `cargo xtask tidy`: rules of this repository that no compiler checks, one file each.

mod apis;
mod functions;
mod heads;
mod lines;
mod map;
mod modules;
mod sleeps;
mod versions;
mod words;

use crate::{Outcome, no_more, paths};

/// A tracked text file.
struct File {
    /// From the top of the repository, with slashes.
    path: String,
    text: String,
}

impl File {
    fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, e)| e)
    }

    /// Returns whether a program of this repository generates the file.
    fn generated(&self) -> bool {
        self.text.lines().take(5).any(|line| line.to_lowercase().contains("do not edit"))
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

type Rule = fn(&[File]) -> Vec<String>;

const RULES: &[Rule] = &[
    lines::check,
    functions::check,
    modules::check,
    map::check,
    heads::check,
    words::check,
    sleeps::check,
    versions::check,
    apis::check,
];

pub fn run(args: pico_args::Arguments) -> Outcome {
    no_more(args)?;
    check()
}

pub fn check() -> Outcome {
    let files = read()?;
    let complaints: Vec<String> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    if complaints.is_empty() {
        println!("{} files", files.len());
        return Ok(());
    }
    Err(complaints.join("\n").into())
}

/// Returns all tracked paths. In a source tree without git (an sdist) this is an error.
pub fn tracked() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let out = std::process::Command::new("git").current_dir(paths::repository()).args(["ls-files", "-z"]).output()?;
    if !out.status.success() {
        return Err("git ls-files failed: tidy and licences read the list of tracked files".into());
    }
    Ok(String::from_utf8(out.stdout)?.split('\0').filter(|p| !p.is_empty()).map(str::to_owned).collect())
}

fn read() -> Result<Vec<File>, Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    for path in tracked()? {
        // A tracked file may be deleted in the working tree; a binary one has no lines.
        if let Ok(text) = std::fs::read_to_string(paths::repository().join(&path)) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}

/// Formats a complaint with its place.
fn at(file: &File, index: usize, what: impl std::fmt::Display) -> String {
    format!("{}:{}: {what}", file.path, index + 1)
}
