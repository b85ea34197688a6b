//! `lag.wait`.

use serde_json::{Value, json};

use super::{Command, TIMEOUT, group_partition, timeout};
use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(super) const COMMAND: Command = Command {
    name: "lag.wait",
    doc: "Waits until a group's lag, over all partitions that it has committed or is assigned, is no more than \
          lag, and returns what offsets.list does. A group without partitions is waited for, too. TANSU_E_TIMEOUT \
          says what the lag is instead.",
    args: &[
        Arg { name: "group", kind: Type::Text, required: true, doc: "name of the group" },
        Arg { name: "topic", kind: Type::Text, required: false, doc: "only this topic; default: all of the group" },
        Arg { name: "lag", kind: Type::Int(0, i64::MAX), required: false, doc: "records; default: 0" },
        TIMEOUT,
    ],
    blocks: true,
    run,
};

fn run(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let (name, topic) = (args.text("group"), args.text("topic"));
    let most = args.int("lag").unwrap_or(0);
    let of_topic = if topic.is_empty() { String::new() } else { format!(" of topic '{topic}'") };
    let wanted = format!("lag.wait: group '{name}'{of_topic} has a lag of at most {most}");
    let is_met = |partitions: &[broker::GroupPartition]| {
        let meant = || partitions.iter().filter(|one| topic.is_empty() || one.topic == topic);
        meant().next().is_some() && meant().map(|one| one.lag).sum::<i64>() <= most
    };
    let partitions = instance.broker.wait_for_partitions(name, &wanted, timeout(&args), is_met)?;
    Ok(json!({ "partitions": partitions.iter().map(group_partition).collect::<Vec<_>>() }))
}
