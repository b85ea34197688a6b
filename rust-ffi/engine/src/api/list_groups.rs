//! ListGroups (key 16), versions 0-5. Owner: `groups/registry.rs`. Kafka: GroupMetadataManager.listGroups.
//! Does: all groups by name, or those of some states and types, whose names are compared without their case.
//! By version: 3 flexible; 4 states (KIP-518); 5 types (KIP-848).
//! Leaves out: nothing.

use wire::message::{
    list_groups_request::ListGroupsRequest,
    list_groups_response::{ListGroupsResponse, ListedGroup},
};

use crate::{Engine, context::RequestContext, groups, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &ListGroupsRequest<'_>) -> Outcome {
    let has = |filter: &[&str], name: &str| filter.iter().any(|asked| asked.trim().eq_ignore_ascii_case(name));
    let mut listed = groups::list(engine);
    listed.retain(|group| {
        (request.states_filter.is_empty() || has(&request.states_filter, group.state))
            && (request.types_filter.is_empty() || has(&request.types_filter, group.kind))
    });
    let groups = listed.iter().map(|group| ListedGroup {
        group_id: &group.name,
        protocol_type: &group.protocol_type,
        group_state: group.state,
        group_type: group.kind,
    });
    let response = ListGroupsResponse { throttle_time_ms: 0, error_code: 0, groups: groups.collect() };
    context.reply(|w, v| response.encode(w, v))
}
