//! `cargo xtask sim`: runs seeds in parallel, one thread a core, and prints how to rerun one that fails.
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a tool, not a part of the library")]

use std::{
    num::NonZero,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use sim::{Report, Tracing};

const USAGE: &str = "usage: cargo xtask sim [--seed N | --seeds COUNT [--from N]] [--trace] [--bug NAME]";

struct Options {
    from: u64,
    seeds: u64,
    trace: bool,
    bug: Option<String>,
}

/// Totals of all runs.
#[derive(Default)]
struct Totals {
    requests: u64,
    acknowledged: u64,
    read: u64,
    starts: u64,
    /// The last run; the only one with `--seed`.
    last: Option<Report>,
    /// The lowest seed that failed.
    failed: Option<Report>,
}

impl Totals {
    fn add(&mut self, report: Report) {
        self.requests += report.requests;
        self.acknowledged += report.acknowledged;
        self.read += report.read;
        self.starts += report.starts;
        if report.violation.is_none() {
            self.last = Some(report);
        } else if self.failed.as_ref().is_none_or(|failed| report.seed < failed.seed) {
            self.failed = Some(report);
        }
    }
}

fn options() -> Result<Options, pico_args::Error> {
    let mut args = pico_args::Arguments::from_env();
    let seed: Option<u64> = args.opt_value_from_str("--seed")?;
    let seeds: Option<u64> = args.opt_value_from_str("--seeds")?;
    let from: Option<u64> = args.opt_value_from_str("--from")?;
    let trace = args.contains("--trace");
    let bug: Option<String> = args.opt_value_from_str("--bug")?;
    if let Some(more) = args.finish().first() {
        return Err(pico_args::Error::ArgumentParsingFailed { cause: format!("unknown argument {more:?}") });
    }
    if let Some(bug) = &bug {
        plant(bug).map_err(|cause| pico_args::Error::ArgumentParsingFailed { cause })?;
    }
    Ok(Options {
        from: seed.or(from).unwrap_or(0),
        seeds: if seed.is_some() { 1 } else { seeds.unwrap_or(100) },
        trace,
        bug,
    })
}

/// Plants a bug in the engine that the simulation has to find.
#[cfg(feature = "sim-bugs")]
fn plant(name: &str) -> Result<(), String> {
    use engine::bugs::{self, Bug};
    let bug = Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name);
    bugs::plant(Some(bug.ok_or_else(|| format!("no bug is called {name}; there are {:?}", Bug::ALL))?));
    Ok(())
}

#[cfg(not(feature = "sim-bugs"))]
fn plant(_: &str) -> Result<(), String> {
    Err("this build has no bugs: they come with the feature sim-bugs".to_owned())
}

fn run(options: &Options) -> Totals {
    let (next, end) = (AtomicU64::new(options.from), options.from.saturating_add(options.seeds));
    let totals = Mutex::new(Totals::default());
    let lock = || totals.lock().unwrap_or_else(PoisonError::into_inner);
    let tracing = if options.trace { Tracing::Print } else { Tracing::Hash };
    // Traces of parallel runs would be interleaved.
    let threads = if options.trace { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || lock().failed.is_some() {
                        return;
                    }
                    let report = sim::run(seed, tracing);
                    lock().add(report);
                }
            });
        }
    });
    totals.into_inner().unwrap_or_else(PoisonError::into_inner)
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
    let totals = run(&options);
    if let Some(Report { seed, events, violation: Some(violation), .. }) = totals.failed {
        eprintln!("seed {seed}: {:?}: {}", violation.checker, violation.what);
        let bug = options.bug.map(|bug| format!(" --bug {bug}")).unwrap_or_default();
        eprintln!("after {events} events; rerun: cargo xtask sim --seed {seed} --trace{bug}");
        return ExitCode::FAILURE;
    }
    if let Some(last) = totals.last.filter(|_| options.seeds == 1) {
        println!("seed {}: {} events, trace {:016x}", last.seed, last.events, last.hash);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let Totals { requests, acknowledged, read, starts, .. } = totals;
    println!(
        "{} seeds from {} in {seconds:.1} s: {requests} requests, {acknowledged} batches acknowledged, {read} records \
         read, {starts} starts",
        options.seeds, options.from
    );
    ExitCode::SUCCESS
}
