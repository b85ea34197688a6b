//! `cargo xtask sim`: runs the crate `sim`, in a release build because of the many runs.

use crate::{Outcome, check::cargo_command, paths};
use std::error::Error;
use std::process::Command;

const BUGS: &str = "--features=sim-bugs";

pub fn run(args: pico_args::Arguments) -> Outcome {
    let args = args.finish();
    let mut command = cargo_command(&["run", "--release", "--locked", "--quiet", "--package=tansu-sim"]);
    // Only then: it is another engine.
    command.args(args.iter().any(|arg| arg == "--bug").then_some(BUGS));
    finish(command.arg("--").args(args), "a seed has failed")
}

/// Runs a number of seeds.
pub fn command(count: u64, from: u64) -> Command {
    let mut command = cargo_command(&["run", "--release", "--locked", "--quiet", "--package=tansu-sim", "--"]);
    command.args(["--seeds", &count.to_string(), "--from", &from.to_string()]);
    command
}

/// Returns the number of seeds: `short` or `full`.
pub fn seeds(which: &str) -> Result<u64, Box<dyn Error>> {
    let path = paths::repository().join("tests").join("counts.toml");
    let table: toml::Table = std::fs::read_to_string(&path)?.parse()?;
    let seeds = table.get("sim").and_then(|sim| sim.get("seeds")?.get(which)?.as_integer());
    Ok(u64::try_from(seeds.ok_or_else(|| format!("{}: no [sim] seeds", path.display()))?)?)
}

/// Runs always the same seeds, for a reproducible result.
pub fn check() -> Outcome {
    finish(&mut command(seeds("short")?, 0), "a seed has failed")
}

/// Checks that each checker finds its planted bug.
pub fn check_bugs() -> Outcome {
    let test = ["test", "--release", "--locked", "--package=tansu-sim", BUGS, "--test=bugs"];
    finish(&mut cargo_command(&test), "a bug is not found")
}

fn finish(command: &mut Command, otherwise: &str) -> Outcome {
    if command.status()?.success() { Ok(()) } else { Err(otherwise.into()) }
}
