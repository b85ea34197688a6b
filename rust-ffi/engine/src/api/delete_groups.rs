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

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    groups,
    outcome::Outcome,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &DeleteGroupsRequest<'_>,
) -> Outcome<DelayedReply> {
    let mut seen = BTreeSet::new();
    let distinct = request.groups_names.iter().filter(|name| seen.insert(**name));
    let mut until = Vec::new();
    let results = distinct.map(|name| match groups::delete(engine, context, name) {
        Ok(ran) => {
            until.extend(ran.until);
            (*name, ErrorCode::None)
        }
        Err(error) => (*name, error),
    });
    let results: Vec<(&str, ErrorCode)> = results.collect();
    reply_when_synced(until, to_response(context, &results), || {
        let failed = results.iter().map(|(name, error)| match error {
            ErrorCode::None => (*name, ErrorCode::CoordinatorNotAvailable),
            error => (*name, *error),
        });
        to_response(context, &failed.collect::<Vec<_>>())
    })
}

fn to_response(context: &RequestContext<'_>, results: &[(&str, ErrorCode)]) -> Outcome {
    let results = results.iter().map(|(group_id, error)| DeletableGroupResult { group_id, error_code: error.code() });
    let response = DeleteGroupsResponse { throttle_time_ms: 0, results: results.collect() };
    context.reply(|w, v| response.encode(w, v))
}
