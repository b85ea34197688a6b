//! `cargo xtask fuzz`: runs each target of `fuzz/`, built with cargo on stable Rust.
//!
//! As with `cargo fuzz`, the compiler inserts coverage counters (`sancov`) for libFuzzer. There is no sanitizer, which
//! needs a nightly compiler; the fuzzed code has no `unsafe`.

use crate::{Outcome, check, no_more, paths};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// In their order; the slow ones first.
const TARGETS: &[&str] = &["recovery", "request", "message", "batch", "frame"];
/// Targets at the same time, for two cores.
const AT_ONCE: usize = 2;
/// Memory limit: more means that an input causes an excessive allocation.
const MEMORY_MB: u32 = 1024;

const COUNTERS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let seconds: u64 = args.opt_value_from_str("--seconds")?.unwrap_or(60);
    let only: Vec<String> = args.values_from_str("--target")?;
    no_more(args)?;
    if let Some(unknown) = only.iter().find(|name| !TARGETS.contains(&name.as_str())) {
        return Err(format!("no target is called {unknown}; there are {}", TARGETS.join(", ")).into());
    }
    let wanted = TARGETS.iter().filter(|name| only.is_empty() || only.iter().any(|other| other == **name));
    fuzz(&wanted.copied().collect::<Vec<_>>(), seconds)
}

/// Runs all targets for a short time, for CI.
pub fn briefly() -> Outcome {
    fuzz(TARGETS, 60)
}

fn fuzz(targets: &[&'static str], seconds: u64) -> Outcome {
    let folder = paths::target().join("fuzz");
    let programs = build(&folder)?;
    let mut waiting = targets.iter();
    let mut running: Vec<(&str, Child)> = Vec::new();
    let mut failed = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(target) = waiting.next()
        {
            running.push((target, start(&programs, &folder, target, seconds)?));
        }
        if running.is_empty() {
            break;
        }
        // All take as long as each other.
        let (target, mut child) = running.remove(0);
        if !child.wait()?.success() {
            failed.push(target);
        }
    }
    match failed[..] {
        [] => Ok(()),
        _ => Err(format!(
            "{} found something. `cargo xtask fuzz` has shown it above and left the input in {}; \
             run the program of that name in {} with it.",
            failed.join(", "),
            folder.display(),
            programs.display()
        )
        .into()),
    }
}

/// Returns the folder of the programs.
fn build(folder: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let host = host()?;
    let mut command = check::cargo_command(&["build", "--release", "--locked", "--manifest-path=fuzz/Cargo.toml"]);
    // With a target named, the flags are for it alone, and not for build scripts.
    command.arg(format!("--target={host}")).arg("--target-dir").arg(folder).env("RUSTFLAGS", COUNTERS);
    check::finish(command)?;
    Ok(folder.join(host).join("release"))
}

fn host() -> Result<String, Box<dyn std::error::Error>> {
    let said = Command::new("rustc").arg("-vV").output()?;
    let said = String::from_utf8(said.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say what it compiles for")?.to_owned())
}

fn start(programs: &Path, folder: &Path, target: &str, seconds: u64) -> Result<Child, Box<dyn std::error::Error>> {
    // What it finds goes on from there the next time; the seeds are only read.
    let found = folder.join("corpus").join(target);
    std::fs::create_dir_all(&found)?;
    let mut command = Command::new(programs.join(target));
    command.arg(found).arg(paths::workspace().join("fuzz/seeds").join(target));
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-rss_limit_mb={MEMORY_MB}"));
    command.arg("-timeout=20").arg("-verbosity=0").arg("-print_final_stats=1");
    command.arg(format!("-artifact_prefix={}/{target}-", folder.display()));
    println!("-- fuzz {target}: {seconds} s");
    command.spawn().map_err(|error| format!("{command:?}: {error}").into())
}
