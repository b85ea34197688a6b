//! The simulation: the engine, fake clients, a virtual network and faulty files on one thread. A seed decides the run,
//! and a model beside the broker checks it.
#![forbid(unsafe_code)]

mod broker;
mod check_logs;
mod clients;
mod model;
mod net;
mod records;
mod rng;
mod trace;
mod world;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

pub use model::{Checker, Violation};
pub use trace::Tracing;

use trace::Trace;
use world::World;

/// Result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub seed: u64,
    /// Hash of the trace.
    pub hash: u64,
    pub events: u64,
    pub requests: u64,
    /// Acknowledged batches, and records read.
    pub acknowledged: u64,
    pub read: u64,
    /// Number of starts of the broker.
    pub starts: u64,
    /// Counts of other successful operations.
    pub done: BTreeMap<&'static str, u64>,
    pub violation: Option<Violation>,
    /// The trace, if it was kept.
    pub trace: String,
}

/// Runs one seed.
pub fn run(seed: u64, tracing: Tracing) -> Report {
    let mut world = World::new(seed, Trace::new(tracing));
    let violation = match catch_unwind(AssertUnwindSafe(|| world.run())) {
        Ok(violation) => violation,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Some(Violation { checker: Checker::Panic, what: text.unwrap_or_default() })
        }
    };
    let (model, trace) = (&world.net.model, &world.net.trace);
    Report {
        seed,
        hash: trace.hash,
        events: world.events,
        requests: world.broker.requests,
        acknowledged: model.acked,
        read: model.read,
        starts: model.starts,
        done: model.done.clone(),
        violation,
        trace: trace.kept.clone(),
    }
}
