//! `offsets.wait`.

use serde_json::{Value, json};

use super::{Command, TIMEOUT, group_partition, timeout};
use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(super) const COMMAND: Command = Command {
    name: "offsets.wait",
    doc: "Waits until a group has committed an offset of a partition, or a later one, and returns what \
          offsets.list does. TANSU_E_TIMEOUT says what is committed instead.",
    args: &[
        Arg { name: "group", kind: Type::Text, required: true, doc: "name of the group" },
        Arg { name: "topic", kind: Type::Text, required: true, doc: "name of the topic" },
        Arg { name: "partition", kind: Type::Int(0, 1_000_000), required: true, doc: "number of the partition" },
        Arg { name: "offset", kind: Type::Int(0, i64::MAX), required: true, doc: "the offset of the next record" },
        TIMEOUT,
    ],
    blocks: true,
    run,
};

fn run(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let (name, topic) = (args.text("group"), args.text("topic"));
    let number = |name| args.int(name).unwrap_or_default();
    let (partition, offset) = (number("partition"), number("offset"));
    let wanted = format!("offsets.wait: group '{name}' has committed {offset} of {topic}-{partition}");
    let is_met = |partitions: &[broker::GroupPartition]| {
        let mut of_topic = partitions.iter().filter(|one| one.topic == topic && i64::from(one.partition) == partition);
        of_topic.any(|one| one.committed.is_some_and(|committed| committed >= offset))
    };
    let partitions = instance.broker.wait_for_partitions(name, &wanted, timeout(&args), is_met)?;
    Ok(json!({ "partitions": partitions.iter().map(group_partition).collect::<Vec<_>>() }))
}
