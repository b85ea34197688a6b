//! `metrics`: counters since the start.

use serde_json::{Value, json};

use super::Command;
use crate::{command_args::Args, failure::Outcome, instance::Instance};

pub(super) const COMMAND: Command = Command {
    name: "metrics",
    doc: "Lists the counters since the start: name and value.",
    args: &[],
    blocks: false,
    run,
};

fn run(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
    let metrics = instance.broker.metrics();
    Ok(json!({ "metrics": metrics.iter().map(|m| json!({ "name": m.name, "value": m.value })).collect::<Vec<_>>() }))
}
