//! IncrementalAlterConfigs (key 44), versions 0-1. Owner: `configs/alter.rs`. Kafka: ConfigAdminManager.preprocess,
//! then ConfigurationControlManager.incrementalAlterConfigs.
//! Does: sets and resets configs, appends to lists and subtracts from them; each resource as a whole or not at all.
//! By version: nothing differs.
//! Leaves out: `listeners` cannot change, levels of loggers are stored without effect, and the regular expressions of
//! client metrics subscriptions are hardly checked.

use wire::{
    error_code::ErrorCode,
    message::{
        incremental_alter_configs_request::IncrementalAlterConfigsRequest,
        incremental_alter_configs_response::{AlterConfigsResourceResponse, IncrementalAlterConfigsResponse},
    },
};

use crate::{
    Engine,
    configs::alter::{self, Edit, ResourceChange},
    context::RequestContext,
    outcome::Outcome,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &IncrementalAlterConfigsRequest<'_>,
) -> Outcome {
    let changes = request.resources.iter().map(|resource| ResourceChange {
        kind: resource.resource_type,
        name: resource.resource_name,
        edits: resource
            .configs
            .iter()
            .map(|one| Edit { key: one.name, op: one.config_operation, value: one.value })
            .collect(),
        replaces: false,
    });
    let changes: Vec<ResourceChange<'_>> = changes.collect();
    let results = alter::alter(engine, &changes, request.validate_only);
    let responses = changes.iter().zip(&results).map(|(changes, result)| AlterConfigsResourceResponse {
        error_code: result.as_ref().err().map_or(ErrorCode::None, |error| error.code).code(),
        error_message: result.as_ref().err().and_then(|error| error.message.as_deref()),
        resource_type: changes.kind,
        resource_name: changes.name,
    });
    let response = IncrementalAlterConfigsResponse { throttle_time_ms: 0, responses: responses.collect() };
    context.reply(|w, v| response.encode(w, v))
}
