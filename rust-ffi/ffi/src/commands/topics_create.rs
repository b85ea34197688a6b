//! `topics.create`.

use serde_json::Value;

use super::{Command, topic};
use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(super) const COMMAND: Command = Command {
    name: "topics.create",
    doc: "Creates a topic and returns it.",
    args: &[
        Arg { name: "name", kind: Type::Text, required: true, doc: "name of the topic" },
        Arg {
            name: "partitions",
            kind: Type::Int(1, 10_000),
            required: false,
            doc: "number of partitions; default: the setting num.partitions",
        },
        Arg { name: "configs", kind: Type::TextMap, required: false, doc: "topic configs by Kafka's names" },
    ],
    blocks: true,
    run,
};

fn run(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let partitions = args.int("partitions").and_then(|n| i32::try_from(n).ok());
    let created = instance.broker.create_topic(args.text("name"), partitions, &args.text_map("configs"))?;
    Ok(topic(&created))
}
