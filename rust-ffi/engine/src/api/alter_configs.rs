//! AlterConfigs (key 33), versions 0-2. Owner: `configs/alter.rs`. Kafka:
//! ConfigurationControlManager.legacyAlterConfigs.
//! Does: replaces all configs of a resource by the given ones.
//! By version: nothing differs.
//! Leaves out: see IncrementalAlterConfigs.

use wire::{
    error_code::ErrorCode,
    message::{
        alter_configs_request::AlterConfigsRequest,
        alter_configs_response::{AlterConfigsResourceResponse, AlterConfigsResponse},
    },
};

use crate::{
    Engine,
    configs::alter::{self, Edit, ResourceChange},
    context::RequestContext,
    outcome::Outcome,
};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &AlterConfigsRequest<'_>) -> Outcome {
    let changes = request.resources.iter().map(|resource| ResourceChange {
        kind: resource.resource_type,
        name: resource.resource_name,
        edits: resource.configs.iter().map(|one| Edit { key: one.name, op: alter::SET, value: one.value }).collect(),
        replaces: true,
    });
    let changes: Vec<ResourceChange<'_>> = changes.collect();
    let results = alter::alter(engine, &changes, request.validate_only);
    let responses = changes.iter().zip(&results).map(|(changes, result)| AlterConfigsResourceResponse {
        error_code: result.as_ref().err().map_or(ErrorCode::None, |error| error.code).code(),
        error_message: result.as_ref().err().and_then(|error| error.message.as_deref()),
        resource_type: changes.kind,
        resource_name: changes.name,
    });
    let response = AlterConfigsResponse { throttle_time_ms: 0, responses: responses.collect() };
    context.reply(|w, v| response.encode(w, v))
}
