//! The simulation itself.

use std::collections::BTreeMap;

use sim::{Tracing, run};

/// Without this, a seed that fails could not be run again.
#[test]
fn a_run_is_a_function_of_its_seed() {
    for seed in 0..12 {
        let (first, second) = (run(seed, Tracing::Keep), run(seed, Tracing::Keep));
        assert!(first.trace == second.trace, "seed {seed}: the traces differ");
        assert_eq!(first, second, "seed {seed}");
        assert_eq!(first.hash, run(seed, Tracing::Hash).hash, "seed {seed}: a trace that is not kept is the same");
        assert!(first.trace.lines().count() > 100, "seed {seed}: something happens");
    }
    assert_ne!(run(1, Tracing::Hash).hash, run(2, Tracing::Hash).hash);
}

#[test]
fn what_must_hold_holds() {
    let (mut acknowledged, mut read, mut starts) = (0, 0, 0);
    let mut done: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..60 {
        let report = run(seed, Tracing::Hash);
        assert_eq!(report.violation, None, "rerun: cargo xtask sim --seed {seed} --trace");
        acknowledged += report.acknowledged;
        read += report.read;
        starts += report.starts;
        for (what, times) in report.done {
            *done.entry(what).or_default() += times;
        }
    }
    // Checkers that see nothing find nothing: once no topic was ever deleted, because the timeout was 0.
    for what in [
        "topics made",
        "topics grown",
        "topics deleted",
        "records deleted",
        "configs altered",
        "joins",
        "assignments",
        "commits",
    ] {
        assert!(done.get(what).is_some_and(|times| *times > 60), "{what}: {done:?}");
    }
    assert!(acknowledged > 10_000 && read > 100_000 && starts > 120, "{acknowledged} {read} {starts}");
}
