//! `cargo xtask sim`: runs seeds, and says of one that fails how to run it again.

use std::{process::ExitCode, time::Instant};

use sim::Tracing;

const USAGE: &str = "usage: cargo xtask sim [--seed N | --seeds COUNT [--from N]] [--trace]";

struct Options {
    from: u64,
    seeds: u64,
    trace: bool,
}

fn options() -> Result<Options, pico_args::Error> {
    let mut args = pico_args::Arguments::from_env();
    let seed: Option<u64> = args.opt_value_from_str("--seed")?;
    let seeds: Option<u64> = args.opt_value_from_str("--seeds")?;
    let from: Option<u64> = args.opt_value_from_str("--from")?;
    let trace = args.contains("--trace");
    match args.finish().first() {
        Some(more) => Err(pico_args::Error::ArgumentParsingFailed { cause: format!("unknown argument {more:?}") }),
        None => Ok(Options {
            from: seed.or(from).unwrap_or(0),
            seeds: if seed.is_some() { 1 } else { seeds.unwrap_or(100) },
            trace,
        }),
    }
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let begun = Instant::now();
    let tracing = if options.trace { Tracing::Print } else { Tracing::Hash };
    let (mut requests, mut acknowledged, mut read, mut lives) = (0, 0, 0, 0);
    for seed in options.from..options.from.saturating_add(options.seeds) {
        let report = sim::run(seed, tracing);
        if let Some(violation) = report.violation {
            eprintln!("seed {seed}: {:?}: {}", violation.checker, violation.what);
            eprintln!("after {} events; rerun: cargo xtask sim --seed {seed} --trace", report.events);
            return ExitCode::FAILURE;
        }
        requests += report.requests;
        acknowledged += report.acknowledged;
        read += report.read;
        lives += report.lives;
        if options.seeds == 1 {
            println!("seed {seed}: {} events, trace {:016x}", report.events, report.hash);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{} seeds from {} in {seconds:.1} s: {requests} requests, {acknowledged} batches acknowledged, {read} records \
         read, {lives} starts",
        options.seeds, options.from
    );
    ExitCode::SUCCESS
}
