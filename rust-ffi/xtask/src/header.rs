//! `cargo xtask header`: generates include/tansu.h from the sources of the crate ffi.

use crate::{Outcome, no_more, paths};

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let check = args.contains("--check");
    no_more(args)?;
    let fresh = generate()?;
    let path = paths::repository().join("include").join("tansu.h");
    if check {
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        if checked_in == fresh {
            return Ok(());
        }
        return Err("include/tansu.h is not what the sources say: run `cargo xtask header` and commit it".into());
    }
    std::fs::create_dir_all(path.parent().expect("has a folder"))?;
    std::fs::write(&path, fresh)?;
    println!("{}", path.display());
    Ok(())
}

fn generate() -> Result<String, Box<dyn std::error::Error>> {
    let ffi = paths::workspace().join("ffi");
    let mut builder = cbindgen::Builder::new().with_config(cbindgen::Config::from_file(ffi.join("cbindgen.toml"))?);
    for file in ORDER {
        builder = builder.with_src(ffi.join("src").join(file));
    }
    let mut bytes = Vec::new();
    builder.generate()?.write(&mut bytes);
    Ok(String::from_utf8(bytes)?.lines().map(parenthesised).collect())
}

/// Writes `#define X -1` as `#define X (-1)`, because a program may write `-X` or `2 -X`.
fn parenthesised(line: &str) -> String {
    match line.rsplit_once(' ') {
        Some((define, value)) if define.starts_with("#define ") && value.starts_with('-') => {
            format!("{define} ({value})\n")
        }
        _ => format!("{line}\n"),
    }
}

/// The sources in the order of the header: cbindgen writes constants, then types, then functions, each in this order.
const ORDER: &[&str] = &[
    "version.rs",
    "status.rs",
    "constants.rs",
    "error.rs",
    "config.rs",
    "callbacks.rs",
    "broker.rs",
    "command.rs",
    "log.rs",
    "test_hooks.rs",
];
