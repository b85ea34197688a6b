//! DeleteGroups (key 42), versions 0-2. Owner: `groups/registry.rs`. Kafka: GroupCoordinatorShard.deleteGroups.
//! Does: deletes groups without members, and their offsets. A group that is named twice is answered once.
//! By version: 2 flexible.
//! Leaves out: nothing.

use std::collections::BTreeSet;

use wire::{
    ErrorCode,
    message::{
        delete_groups_request::DeleteGroupsRequest,
        delete_groups_response::{DeletableGroupResult, DeleteGroupsResponse},
    },
};

use crate::{Engine, context::RequestContext, groups, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, cx: &RequestContext<'_>, request: &DeleteGroupsRequest<'_>) -> Outcome {
    let mut seen = BTreeSet::new();
    let distinct = request.groups_names.iter().filter(|name| seen.insert(**name));
    let results = distinct.map(|name| {
        let error = groups::delete(engine, cx, name).err().unwrap_or(ErrorCode::None);
        DeletableGroupResult { group_id: name, error_code: error.code() }
    });
    let response = DeleteGroupsResponse { throttle_time_ms: 0, results: results.collect() };
    cx.reply(|w, v| response.encode(w, v))
}
