//! `cargo xtask dist`: builds and checks source distributions and wheels in `dist/`.
//!
//! The library is linked by zig against the symbols of an old glibc, so that the wheel runs on old systems. auditwheel
//! determines the tag of the finished wheel. Two runs on one commit give the same bytes.

mod gates;
mod tools;
mod wheels;

use crate::{Outcome, no_more, paths};
use std::path::{Path, PathBuf};
use tools::Tools;

type Made = Result<PathBuf, Box<dyn std::error::Error>>;

/// The oldest glibc that rustc's own standard library for Linux works with.
const GLIBC: &str = "2.17";

/// A distribution, and the names of its parts.
struct Distribution {
    name: &'static str,
    /// The folder of its pyproject.toml, from the top of the repository.
    folder: &'static str,
    /// The name in build_rust.py.
    library: &'static str,
    /// The environment variable that names a folder with the library.
    ready: &'static str,
    /// The prefix of all exported symbols.
    exports: &'static str,
    /// Files of its wheels, besides modules and metadata.
    carries: &'static [&'static str],
}

const TANSU: Distribution = Distribution {
    name: "tansu-cffi",
    folder: ".",
    library: "tansu",
    ready: "TANSU_LIB_DIR",
    exports: "tansu_",
    carries: &["lib/libtansu.so.0", "include/tansu.h", "_native.abi3.so", "sboms/libtansu.cdx.json"],
};
const STORAGES: Distribution = Distribution {
    name: "tansu-cffi-storages",
    folder: "storages",
    library: "tansu_storages",
    ready: "TANSU_STORAGES_LIB_DIR",
    exports: "tansu_storages_",
    carries: &["lib/libtansu_storages.so.0", "sboms/libtansu_storages.cdx.json"],
};

/// The command line's options.
struct Request {
    distributions: Vec<&'static Distribution>,
    target: String,
    glibc: String,
    /// Whether to build an archive of each library for other languages.
    lib: bool,
}

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let lib = args.contains("--lib");
    let only: Option<String> = args.opt_value_from_str("--only")?;
    let target = args.opt_value_from_str("--target")?.unwrap_or_else(tools::host);
    let glibc = args.opt_value_from_str("--glibc")?.unwrap_or_else(|| GLIBC.to_owned());
    no_more(args)?;
    let distributions: Vec<_> =
        [&TANSU, &STORAGES].into_iter().filter(|d| only.as_deref().is_none_or(|name| name == d.name)).collect();
    if distributions.is_empty() {
        return Err(
            format!("--only {}: there are {} and {}", only.unwrap_or_default(), TANSU.name, STORAGES.name).into()
        );
    }
    if !target.ends_with("-linux-gnu") {
        return Err(
            format!("--target {target}: only Linux with glibc is built here, see docs/internals/releasing.md").into()
        );
    }
    make(&Request { distributions, target, glibc, lib })
}

fn make(request: &Request) -> Outcome {
    let dist = paths::repository().join("dist");
    if dist.exists() {
        std::fs::remove_dir_all(&dist)?;
    }
    std::fs::create_dir_all(&dist)?;
    let tools = Tools::install()?;
    for distribution in &request.distributions {
        let wheel = wheels::build(&tools, distribution, request, &dist)?;
        gates::check(&tools, distribution, &wheel)?;
        if request.lib {
            let script = paths::workspace().join("xtask/dist/lib_tar.py");
            let mut command = tools.python();
            tools::succeed(command.arg(script).arg(&wheel).arg(&request.target).arg(&dist))?;
        }
        let mut sdist = tools.python();
        sdist.args(["-m", "build", "--sdist", "--no-isolation", "--outdir"]).arg(&dist);
        tools::succeed(sdist.arg(paths::repository().join(distribution.folder)))?;
    }
    gates::descriptions(&tools, &dist)?;
    list(&dist)
}

/// Writes SHA256SUMS, by which two runs are compared.
fn list(dist: &Path) -> Outcome {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dist)? {
        let entry = entry?;
        println!("{:>12} bytes  {}", entry.metadata()?.len(), entry.path().display());
        names.push(entry.file_name());
    }
    names.sort();
    let sums = tools::output(std::process::Command::new("sha256sum").current_dir(dist).args(&names))?;
    std::fs::write(dist.join("SHA256SUMS"), sums)?;
    Ok(())
}
