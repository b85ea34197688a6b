//! ListConfigResources (key 74), versions 0-1. Owner: `configs/`. Kafka: KafkaApis.handleListConfigResources.
//! Does: lists the resources that have configs: groups, client metrics subscriptions, this broker, all topics.
//! By version: 0 lists client metrics subscriptions only; 1 selects types, all by default.
//! Leaves out: nothing.

use wire::{
    error_code::ErrorCode,
    message::{
        list_config_resources_request::ListConfigResourcesRequest,
        list_config_resources_response::{ConfigResource, ListConfigResourcesResponse},
    },
};

use crate::{Engine, configs::resource, context::RequestContext, outcome::Outcome};

/// In the order in which Kafka lists them.
const ALL: &[i8] =
    &[resource::GROUP, resource::CLIENT_METRICS, resource::BROKER_LOGGER, resource::BROKER, resource::TOPIC];

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &ListConfigResourcesRequest) -> Outcome {
    let wanted: &[i8] = match request.resource_types.as_slice() {
        _ if context.version == 0 => &[resource::CLIENT_METRICS],
        [] => ALL,
        types => types,
    };
    if wanted.iter().any(|kind| !ALL.contains(kind)) {
        let code = ErrorCode::UnsupportedVersion.code();
        let response = ListConfigResourcesResponse { error_code: code, ..Default::default() };
        return context.reply(|w, v| response.encode(w, v));
    }
    let listed: Vec<(i8, Vec<String>)> =
        ALL.iter().filter(|kind| wanted.contains(kind)).map(|kind| (*kind, engine.config_resources(*kind))).collect();
    let resources = listed.iter().flat_map(|(kind, names)| {
        names.iter().map(|name| ConfigResource { resource_name: name, resource_type: *kind })
    });
    let response = ListConfigResourcesResponse { config_resources: resources.collect(), ..Default::default() };
    context.reply(|w, v| response.encode(w, v))
}
