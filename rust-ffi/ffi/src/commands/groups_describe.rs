//! `groups.describe`.

use serde_json::{Value, json};

use super::{Command, group};
use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(super) const COMMAND: Command = Command {
    name: "groups.describe",
    doc: "Returns a group as groups.list does, as the member group; null if it does not exist.",
    args: &[Arg { name: "group", kind: Type::Text, required: true, doc: "name of the group" }],
    blocks: true,
    run,
};

fn run(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let found = instance.broker.group(args.text("group"))?;
    Ok(json!({ "group": found.as_ref().map(group) }))
}
