//! `groups.wait`.

use serde_json::Value;

use super::{Command, TIMEOUT, group, timeout};
use crate::{
    command_args::{Arg, Args, Type},
    failure::Outcome,
    instance::Instance,
};

pub(super) const COMMAND: Command = Command {
    name: "groups.wait",
    doc: "Waits until a group has a number of members, or a state, or both, and returns it as groups.list does. \
          Without either it waits until the group is Stable. TANSU_E_TIMEOUT says what the group is instead.",
    args: &[
        Arg { name: "group", kind: Type::Text, required: true, doc: "name of the group" },
        Arg { name: "members", kind: Type::Int(0, 1_000_000), required: false, doc: "number of members" },
        Arg { name: "state", kind: Type::Text, required: false, doc: "state, as Stable or Empty" },
        TIMEOUT,
    ],
    blocks: true,
    run,
};

const STABLE: &str = "Stable";

fn run(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let name = args.text("group");
    let members = args.int("members").and_then(|count| usize::try_from(count).ok());
    let state = match args.text("state") {
        "" if members.is_none() => Some(STABLE),
        "" => None,
        state => Some(state),
    };
    let mut wanted = format!("groups.wait: group '{name}'");
    if let Some(state) = state {
        wanted.push_str(&format!(" is {state}"));
    }
    if let Some(members) = members {
        wanted.push_str(&format!(" with {members} members"));
    }
    let is_met = |group: &broker::Group| {
        members.is_none_or(|count| group.members.len() == count) && state.is_none_or(|state| group.state == state)
    };
    Ok(group(&instance.broker.wait_for_group(name, &wanted, timeout(&args), is_met)?))
}
