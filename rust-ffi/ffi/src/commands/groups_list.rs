//! `groups.list`.

use serde_json::{Value, json};

use super::{Command, group};
use crate::{command_args::Args, failure::Outcome, instance::Instance};

pub(super) const COMMAND: Command = Command {
    name: "groups.list",
    doc: "Lists all groups of a broker on memory: or file: name, state (Empty, PreparingRebalance, \
          CompletingRebalance, Stable), type, protocol_type, protocol, and members: member_id, instance_id (or \
          null), client_id, client_host, partitions (assigned partition numbers by topic).",
    args: &[],
    blocks: true,
    run,
};

fn run(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
    let groups = instance.broker.groups()?;
    Ok(json!({ "groups": groups.iter().map(group).collect::<Vec<_>>() }))
}
