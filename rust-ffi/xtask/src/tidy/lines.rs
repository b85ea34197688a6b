//! Limits of line and file lengths, and trailing blanks.

use super::{File, at};

const COLUMNS_MAX: usize = 120;
/// A longer file is split by noun. The limit is above the usual size.
const LINES_MAX: usize = 700;

const SOURCES: &[&str] = &["rs", "py", "pyi", "c", "h", "cpp", "hpp", "go", "java", "js", "mjs", "sh", "cmake"];

pub fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|f| !f.generated()) {
        let source = SOURCES.contains(&file.extension());
        if source && file.text.lines().count() > LINES_MAX {
            complaints.push(format!("{}: {} lines; split it by noun", file.path, file.text.lines().count()));
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') && (source || file.extension() == "md") {
            complaints.push(format!("{}: the last line has no end", file.path));
        }
        for (index, line) in file.text.lines().enumerate() {
            if (source || prose(file, line)) && line.chars().count() > COLUMNS_MAX {
                complaints.push(at(file, index, format!("{} columns", line.chars().count())));
            }
            if source && (line.ends_with(' ') || line.ends_with('\t')) {
                complaints.push(at(file, index, "blank at the end"));
            }
            if ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
                complaints.push(at(file, index, "a conflict mark"));
            }
        }
    }
    complaints
}

/// Returns whether a line is prose: Markdown cannot break a table's row or a link.
fn prose(file: &File, line: &str) -> bool {
    file.extension() == "md" && !line.starts_with('|') && !line.contains("://")
}
