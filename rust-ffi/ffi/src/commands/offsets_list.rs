//! `offsets.list`.

use serde_json::{Value, json};

use super::{Command, group_partition};
use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(super) const COMMAND: Command = Command {
    name: "offsets.list",
    doc: "Lists the partitions that a group has committed or is assigned: topic, partition, committed (offset or \
          null), metadata, high_watermark, lag (records from the committed offset, or from the first kept one, to \
          the high watermark).",
    args: &[Arg { name: "group", kind: Type::Text, required: true, doc: "name of the group" }],
    blocks: true,
    run,
};

fn run(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let partitions = instance.broker.group_partitions(args.text("group"))?;
    Ok(json!({ "partitions": partitions.iter().map(group_partition).collect::<Vec<_>>() }))
}
