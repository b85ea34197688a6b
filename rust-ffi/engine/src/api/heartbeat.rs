//! Heartbeat (key 12), versions 0-4. Owner: `groups/classic/sync.rs`.
//! Kafka: GroupMetadataManager.classicGroupHeartbeat.
//! Does: begins the member's session anew; tells it of a rebalance.
//! By version: 3 static members; 4 flexible.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{heartbeat_request::HeartbeatRequest, heartbeat_response::HeartbeatResponse},
};

use crate::{Engine, context::RequestContext, groups, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &HeartbeatRequest<'_>) -> Outcome {
    let error = groups::heartbeat(engine, context, request).err().unwrap_or(ErrorCode::None);
    let response = HeartbeatResponse { throttle_time_ms: 0, error_code: error.code() };
    context.reply(|w, v| response.encode(w, v))
}
