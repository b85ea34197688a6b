//! `topics.list`.

use serde_json::{Value, json};

use super::{Command, topic};
use crate::{command_args::Args, failure::Outcome, instance::Instance};

pub(super) const COMMAND: Command = Command {
    name: "topics.list",
    doc: "Lists all topics with their partitions: id, log_start (first kept offset), high_watermark (next offset).",
    args: &[],
    blocks: true,
    run,
};

fn run(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
    let topics = instance.broker.topics()?;
    Ok(json!({ "topics": topics.iter().map(topic).collect::<Vec<_>>() }))
}
