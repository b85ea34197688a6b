//! `cargo xtask lib`: builds the shared libraries under their shipped names.
//!
//! Cargo writes `libtansu.so` into one place for all features, so the plain library and the one with test hooks are
//! copied to separate folders and no test can load the wrong one.

use crate::{Outcome, no_more, paths};
use std::path::PathBuf;
use std::process::Command;

/// One of the two libraries.
struct Library {
    package: &'static str,
    /// The name of the crate's library, without prefix and suffix.
    name: &'static str,
}

const TANSU: Library = Library { package: "tansu-ffi", name: "tansu" };
const STORAGES: Library = Library { package: "tansu-storages", name: "tansu_storages" };

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let hooks = args.contains("--test-hooks");
    let library = if args.contains("--storages") { STORAGES } else { TANSU };
    let quiet = args.contains("--quiet");
    no_more(args)?;
    if hooks && library.name == STORAGES.name {
        return Err("--test-hooks: the library of Tansu's storages has none".into());
    }

    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(paths::workspace()).args(["build", "--release", "--locked", "--lib", "--package"]);
    cargo.arg(library.package);
    if hooks {
        cargo.arg("--features=test-hooks");
    }
    if library.name == STORAGES.name {
        // Dependencies of upstream's crates ask for a newer rustc than they need.
        cargo.arg("--ignore-rust-version");
    }
    if quiet {
        cargo.arg("--quiet");
    }
    if !cargo.status()?.success() {
        return Err("cargo build failed".into());
    }

    let built = paths::target().join("release").join(library.built_name());
    let folder = paths::target().join(if hooks { "tansu-hooks" } else { "tansu" });
    std::fs::create_dir_all(&folder)?;
    let shipped = folder.join(library.shipped_name());
    // Beside and then renamed: a process that has the old file mapped must not see it change.
    let fresh: PathBuf = folder.join(format!("{}.{}", library.shipped_name(), std::process::id()));
    std::fs::copy(&built, &fresh)?;
    std::fs::rename(&fresh, &shipped)?;
    println!("{}", shipped.display());
    Ok(())
}

impl Library {
    fn built_name(&self) -> String {
        format!("{}{}{}", std::env::consts::DLL_PREFIX, self.name, std::env::consts::DLL_SUFFIX)
    }

    fn shipped_name(&self) -> String {
        if cfg!(target_os = "macos") {
            format!("lib{}.0.dylib", self.name)
        } else if cfg!(windows) {
            format!("{}.dll", self.name)
        } else {
            format!("lib{}.so.0", self.name)
        }
    }
}
