//! The commands of a broker beside its lifecycle, a file each. A new command is a file and a line here, and does not
//! change the ABI.

mod groups_describe;
mod groups_list;
mod groups_wait;
mod info;
mod lag_wait;
mod metrics;
mod offsets_list;
mod offsets_wait;
mod topics_create;
mod topics_list;

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(crate) const TABLE: &[Command] = &[
    info::COMMAND,
    topics_list::COMMAND,
    topics_create::COMMAND,
    groups_list::COMMAND,
    groups_describe::COMMAND,
    groups_wait::COMMAND,
    offsets_list::COMMAND,
    offsets_wait::COMMAND,
    lag_wait::COMMAND,
    metrics::COMMAND,
];

/// One command.
pub(crate) struct Command {
    pub name: &'static str,
    pub doc: &'static str,
    pub args: &'static [Arg],
    /// Whether it may wait for the broker. Such a command is refused inside a callback.
    pub blocks: bool,
    pub run: fn(&Instance, Args<'_>) -> Outcome<Value>,
}

/// A topic as the commands show it.
fn topic(topic: &broker::Topic) -> Value {
    let partition =
        |p: &broker::Partition| json!({ "id": p.id, "log_start": p.log_start, "high_watermark": p.high_watermark });
    json!({
        "name": topic.name,
        "id": topic.id,
        "partitions": topic.partitions.iter().map(partition).collect::<Vec<_>>(),
    })
}

/// A group as the commands show it.
fn group(group: &broker::Group) -> Value {
    let member = |member: &broker::Member| {
        json!({
            "member_id": member.member_id,
            "instance_id": member.instance_id,
            "client_id": member.client_id,
            "client_host": member.client_host,
            "partitions": member.partitions,
        })
    };
    json!({
        "name": group.name,
        "state": group.state,
        "type": group.kind,
        "protocol_type": group.protocol_type,
        "protocol": group.protocol,
        "members": group.members.iter().map(member).collect::<Vec<_>>(),
    })
}

fn group_partition(partition: &broker::GroupPartition) -> Value {
    json!({
        "topic": partition.topic,
        "partition": partition.partition,
        "committed": partition.committed,
        "metadata": partition.metadata,
        "high_watermark": partition.high_watermark,
        "lag": partition.lag,
    })
}

/// How long a command waits.
const TIMEOUT: Arg = Arg {
    name: "timeout_ms",
    kind: Type::Int(0, 86_400_000),
    required: false,
    doc: "how long to wait, in milliseconds; default: 30000",
};
const TIMEOUT_MS: i64 = 30_000;

fn timeout(args: &Args<'_>) -> Duration {
    Duration::from_millis(args.int(TIMEOUT.name).unwrap_or(TIMEOUT_MS).unsigned_abs())
}
