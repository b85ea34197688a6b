//! DescribeGroups (key 15), versions 0-6. Owner: `groups/classic.rs`. Kafka: GroupMetadataManager.describeGroups.
//! Does: state, protocol and members of each group; metadata only while the group is stable.
//! By version: 3 authorized operations; 4 instance ids; 5 flexible; 6 GROUP_ID_NOT_FOUND with a message (before, a
//! group that is not there is merely dead).
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        describe_groups_request::DescribeGroupsRequest,
        describe_groups_response::{DescribeGroupsResponse, DescribedGroup, DescribedGroupMember},
    },
};

use crate::{
    Engine, acl_operations,
    context::RequestContext,
    groups::{self, Budget, Described},
    outcome::Outcome,
};

/// A group without its name and members, roughly.
const GROUP_BYTES: usize = 100;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DescribeGroupsRequest<'_>) -> Outcome {
    let mut budget = Budget::new();
    let mut described = Vec::with_capacity(request.groups.len());
    for name in &request.groups {
        let group = groups::describe(engine, name);
        let members = group.iter().flat_map(|group| &group.members);
        let bytes = GROUP_BYTES + 2 * name.len() + members.map(groups::DescribedMember::bytes).sum::<usize>();
        if budget.spend(bytes).is_none() {
            return Outcome::Close(format!("the answer to DescribeGroups is larger than {} bytes", Budget::BYTES));
        }
        let not_found = match groups::describe_consumer(engine, name) {
            Some(_) => format!("Group {name} is not a classic group."),
            None => format!("Group {name} not found."),
        };
        described.push((*name, group, not_found));
    }
    let operations =
        if request.include_authorized_operations { acl_operations::GROUP } else { acl_operations::NOT_ASKED };
    let groups = described.iter().map(|(name, group, not_found)| show(context, name, group, not_found, operations));
    let response = DescribeGroupsResponse { throttle_time_ms: 0, groups: groups.collect() };
    context.reply(|w, v| response.encode(w, v))
}

fn show<'a>(
    context: &RequestContext<'_>,
    group_id: &'a str,
    group: &'a Option<Described>,
    not_found: &'a str,
    authorized_operations: i32,
) -> DescribedGroup<'a> {
    let Some(group) = group else {
        let dead = DescribedGroup { group_id, group_state: "Dead", ..DescribedGroup::default() };
        let is_told = context.version >= 6;
        return DescribedGroup {
            error_code: if is_told { ErrorCode::GroupIdNotFound.code() } else { 0 },
            error_message: if is_told { Some(not_found) } else { None },
            authorized_operations: if is_told { acl_operations::NOT_ASKED } else { authorized_operations },
            ..dead
        };
    };
    let members = group.members.iter().map(|member| DescribedGroupMember {
        member_id: &member.member_id,
        group_instance_id: member.instance_id.as_deref(),
        client_id: &member.client_id,
        client_host: &member.client_host,
        member_metadata: &member.metadata,
        member_assignment: &member.assignment,
    });
    DescribedGroup {
        error_code: 0,
        error_message: None,
        group_id,
        group_state: group.state,
        protocol_type: &group.protocol_type,
        protocol_data: &group.protocol_name,
        members: members.collect(),
        authorized_operations,
    }
}
