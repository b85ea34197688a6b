//! The commands of a broker beside its lifecycle, a file each. A new command is a file and a line here, and does not
//! change the ABI.

mod info;
mod metrics;
mod topics_create;
mod topics_list;

use serde_json::{Value, json};

use crate::{
    command_args::{Arg, Args},
    failure::Outcome,
    instance::Instance,
};

pub(crate) const TABLE: &[Command] = &[info::COMMAND, topics_list::COMMAND, topics_create::COMMAND, metrics::COMMAND];

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
