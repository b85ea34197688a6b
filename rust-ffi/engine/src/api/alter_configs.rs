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
    configs::alter::{self, Edit, Wanted},
    context::RequestContext,
    outcome::Outcome,
};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &AlterConfigsRequest<'_>) -> Outcome {
    let wanted = request.resources.iter().map(|resource| Wanted {
        kind: resource.resource_type,
        name: resource.resource_name,
        edits: resource.configs.iter().map(|one| Edit { key: one.name, op: alter::SET, value: one.value }).collect(),
        replaces: true,
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let results = alter::alter(engine, &wanted, request.validate_only);
    let responses = wanted.iter().zip(&results).map(|(wanted, result)| AlterConfigsResourceResponse {
        error_code: result.as_ref().err().map_or(ErrorCode::None, |refused| refused.code).code(),
        error_message: result.as_ref().err().and_then(|refused| refused.why.as_deref()),
        resource_type: wanted.kind,
        resource_name: wanted.name,
    });
    let response = AlterConfigsResponse { throttle_time_ms: 0, responses: responses.collect() };
    context.reply(|w, v| response.encode(w, v))
}
