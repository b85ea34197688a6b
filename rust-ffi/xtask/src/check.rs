//! `cargo xtask check`: all checks that need no installed package. CI runs it unchanged, before the Python tests.
//!
//! Upstream's 437 crates are compiled once, by `cargo build --release`, and no step may compile them again. `cargo
//! clippy` and `cargo check` would, because they have separate metadata. So the crates that depend on upstream are
//! linted by clippy-driver in place of rustc, in an ordinary release build, in which cargo compiles only the
//! workspace's crates again.

use crate::{Outcome, codec, fuzz, header, licences, no_more, paths, sim, tidy};
use std::process::Command;
use std::time::Instant;

struct Step {
    name: &'static str,
    doc: &'static str,
    run: fn() -> Outcome,
}

/// Cheap steps come first.
const STEPS: &[Step] = &[
    Step { name: "format", doc: "rustfmt", run: format },
    Step { name: "codec", doc: "generated messages equal Kafka's schemas", run: fresh_codec },
    Step { name: "header", doc: "include/tansu.h equals the sources", run: fresh_header },
    Step { name: "tidy", doc: "lengths, sleeps, words, versions, tables", run: tidy::check },
    Step { name: "licences", doc: "every dependency's licence is accepted", run: licences::check },
    Step { name: "lint", doc: "clippy, without upstream", run: lint },
    Step { name: "test", doc: "cargo test, without upstream", run: test },
    Step { name: "sim", doc: "a thousand runs of the engine with fake clients", run: sim::check },
    Step { name: "sim-bugs", doc: "each checker of the simulation finds its bug", run: sim::check_bugs },
    Step { name: "fuzz", doc: "a minute for each fuzz target", run: fuzz::briefly },
    Step { name: "lint-upstream", doc: "clippy of the crates that depend on upstream", run: lint_upstream },
    Step { name: "test-upstream", doc: "cargo test with upstream", run: test_upstream },
];

pub fn run(mut args: pico_args::Arguments) -> Outcome {
    let only: Vec<String> = args.values_from_str("--only")?;
    let skip: Vec<String> = args.values_from_str("--skip")?;
    no_more(args)?;
    for name in only.iter().chain(&skip) {
        if !STEPS.iter().any(|step| step.name == *name) {
            let names: Vec<_> = STEPS.iter().map(|step| format!("  {:<12}{}", step.name, step.doc)).collect();
            return Err(format!("no step is called {name}; there are\n{}", names.join("\n")).into());
        }
    }
    let asked =
        |step: &&Step| (only.is_empty() || only.iter().any(|n| n == step.name)) && !skip.iter().any(|n| n == step.name);
    let mut times = Vec::new();
    for step in STEPS.iter().filter(asked) {
        println!("-- check {}: {}", step.name, step.doc);
        let begun = Instant::now();
        (step.run)().map_err(|error| format!("{}: {error}", step.name))?;
        times.push(format!("{} {:.1} s", step.name, begun.elapsed().as_secs_f64()));
    }
    println!("-- check: {}", times.join(", "));
    Ok(())
}

fn format() -> Outcome {
    cargo(&["fmt", "--all", "--check"])
}

fn fresh_codec() -> Outcome {
    codec::run(pico_args::Arguments::from_vec(vec!["--check".into()]))
}

fn fresh_header() -> Outcome {
    header::run(pico_args::Arguments::from_vec(vec!["--check".into()]))
}

fn lint() -> Outcome {
    cargo(&["clippy", "--release", "--locked", "--all-targets", "--", "-D", "warnings"])
}

fn test() -> Outcome {
    cargo(&["test", "--release", "--locked"])
}

/// The crates that depend on upstream. Always the same set: another one may unify features differently, and dependent
/// crates would be compiled again.
const ON_UPSTREAM: &[&str] =
    &["--release", "--locked", "--ignore-rust-version", "--package=tansu-upstream", "--package=tansu-storages"];

fn lint_upstream() -> Outcome {
    let mut command = cargo_command(&["build", "--lib"]);
    command.args(ON_UPSTREAM);
    // What `cargo clippy` sets, but for a build and not for a check.
    command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    command.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    finish(command)
}

fn test_upstream() -> Outcome {
    let mut command = cargo_command(&["test"]);
    command.args(ON_UPSTREAM);
    finish(command)
}

fn cargo(args: &[&str]) -> Outcome {
    finish(cargo_command(args))
}

pub fn cargo_command(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::workspace()).args(args);
    command
}

pub fn finish(mut command: Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
