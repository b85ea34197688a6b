//! `cargo xtask lib`: a shared library under the name it ships with; both lie in one folder, where libtansu finds the
//! storages beside itself.
//!
//! Cargo writes `libtansu.so` into one place whatever the features, so the plain library and the one with the test
//! hooks are copied apart; a test can then never load the wrong one.

use crate::check::{cargo_command, finish};
use crate::{Outcome, no_more, paths};

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let hooks = args.contains("--test-hooks");
    let library = if args.contains("--storages") { &STORAGES } else { &TANSU };
    let quiet = args.contains("--quiet");
    no_more(args)?;

    let mut cargo = cargo_command(&["build", "--release", "--locked", "--lib", "--package", library.package]);
    cargo.args(library.options);
    if hooks {
        cargo.arg("--features=test-hooks");
    }
    if quiet {
        cargo.arg("--quiet");
    }
    finish(cargo)?;

    let built = paths::target().join("release").join(library.built());
    let folder = paths::target().join(if hooks { "tansu-hooks" } else { "tansu" });
    std::fs::create_dir_all(&folder)?;
    let shipped = folder.join(library.shipped());
    // Beside and then renamed: a process that has the old file mapped must not see it change.
    let fresh = folder.join(format!("{}.{}", library.shipped(), std::process::id()));
    std::fs::copy(&built, &fresh)?;
    std::fs::rename(&fresh, &shipped)?;
    println!("{}", shipped.display());
    Ok(())
}

/// A shared library that ships, and the package that it is built from.
struct Library {
    package: &'static str,
    stem: &'static str,
    options: &'static [&'static str],
}

const TANSU: Library = Library { package: "tansu-ffi", stem: "tansu", options: &[] };
const STORAGES: Library = Library {
    package: "tansu-storages",
    stem: "tansu_storages",
    // A dependency of Tansu's crates asks for a newer rustc than it needs.
    options: &["--ignore-rust-version"],
};

impl Library {
    /// The file that cargo writes.
    fn built(&self) -> String {
        format!("{}{}{}", std::env::consts::DLL_PREFIX, self.stem, std::env::consts::DLL_SUFFIX)
    }

    /// The file name that it ships with.
    fn shipped(&self) -> String {
        if cfg!(target_os = "macos") {
            format!("lib{}.0.dylib", self.stem)
        } else if cfg!(windows) {
            format!("{}.dll", self.stem)
        } else {
            format!("lib{}.so.0", self.stem)
        }
    }
}
