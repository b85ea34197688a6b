//! The map of the modules in `docs/internals/architecture.md` is the tree: it names each module of the crates that it
//! has a table for, and no other file.

use super::File;

const MAP: &str = "docs/internals/architecture.md";
const CRATES: &[&str] = &["engine", "broker", "ffi"];

pub fn check(files: &[File]) -> Vec<String> {
    let Some(map) = files.iter().find(|file| file.path == MAP) else { return Vec::new() };
    CRATES.iter().flat_map(|name| check_crate(name, map, files)).collect()
}

fn check_crate(name: &str, map: &File, files: &[File]) -> Vec<String> {
    let folder = format!("rust-ffi/{name}/src/");
    let heading = format!("### Modules of `{name}`");
    let table: Vec<&str> = map.text.lines().skip_while(|line| *line != heading).skip(1).collect();
    let rows = table.iter().take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    let named: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let modules = files.iter().filter_map(|file| file.path.strip_prefix(&folder)).filter(|rest| !rest.contains('/'));
    let is_named = |module: &str| {
        let inside = module.replace(".rs", "/");
        named.iter().any(|name| *name == module || *name == inside)
    };
    let missing = modules.filter(|module| *module != "lib.rs" && !is_named(module));
    let mut complaints: Vec<String> =
        missing.map(|module| format!("{MAP}: the modules of {name} lack `{module}`")).collect();
    let exists = |named: &str| files.iter().any(|file| file.path.starts_with(&format!("{folder}{named}")));
    let gone = named.iter().filter(|named| !exists(named));
    complaints.extend(gone.map(|named| format!("{MAP}: {name} has no `{named}`")));
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_not_in_the_map_and_one_that_is_gone_are_found() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let table =
            "### Modules of `ffi`\n\n| module | contents |\n|---|---|\n| `a.rs`, `c/` | b.rs |\n| `gone.rs` | |\n";
        let modules =
            ["lib.rs", "a.rs", "b.rs", "c.rs", "c/d.rs"].map(|name| file(&format!("rust-ffi/ffi/src/{name}"), ""));
        let files: Vec<File> = modules.into_iter().chain([file(MAP, table)]).collect();
        let complaints = check(&files);
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].contains("`b.rs`") && complaints[1].contains("`gone.rs`"));
    }
}
