//! `cargo xtask lib`: the shared library under the name it ships with.
//!
//! Cargo writes `libtansu.so` into one place whatever the features, so the plain library and the one with the test
//! hooks are copied apart; a test can then never load the wrong one.

use crate::{Outcome, no_more, paths};
use std::path::PathBuf;
use std::process::Command;

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let hooks = args.contains("--test-hooks");
    let tansu = !args.contains("--no-tansu");
    let quiet = args.contains("--quiet");
    no_more(args)?;

    let mut features = Vec::new();
    if tansu {
        features.push("tansu");
    }
    if hooks {
        features.push("test-hooks");
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(paths::workspace()).args(["build", "--release", "--locked", "--package", "tansu-ffi", "--lib"]);
    cargo.arg(format!("--features={}", features.join(",")));
    if tansu {
        // A dependency of upstream's crates asks for a newer rustc than it needs.
        cargo.arg("--ignore-rust-version");
    }
    if quiet {
        cargo.arg("--quiet");
    }
    if !cargo.status()?.success() {
        return Err("cargo build failed".into());
    }

    let built = paths::target().join("release").join(if cfg!(target_os = "macos") {
        "libtansu.dylib"
    } else if cfg!(windows) {
        "tansu.dll"
    } else {
        "libtansu.so"
    });
    let folder = paths::target().join(if hooks { "tansu-hooks" } else { "tansu" });
    std::fs::create_dir_all(&folder)?;
    let shipped = folder.join(shipped_name());
    // Beside and then renamed: a process that has the old file mapped must not see it change.
    let fresh: PathBuf = folder.join(format!("{}.{}", shipped_name(), std::process::id()));
    std::fs::copy(&built, &fresh)?;
    std::fs::rename(&fresh, &shipped)?;
    println!("{}", shipped.display());
    Ok(())
}

fn shipped_name() -> &'static str {
    if cfg!(target_os = "macos") {
        "libtansu.0.dylib"
    } else if cfg!(windows) {
        "tansu.dll"
    } else {
        "libtansu.so.0"
    }
}
