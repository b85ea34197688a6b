//! DescribeConfigs (key 32), versions 1-4. Owner: `configs/describe.rs`. Kafka:
//! ConfigHelper.handleDescribeConfigsRequest.
//! Does: lists the configs of topics, this broker, all brokers (an empty name), groups, client metrics subscriptions
//! and loggers. An unknown resource type fails the whole request, as in Kafka.
//! By version: 3 type and documentation.
//! Leaves out: most of Kafka's documentation. Of an answer beyond 400,000 configs, the rest is refused.

use std::collections::BTreeSet;

use wire::{
    error_code::ErrorCode,
    message::{
        describe_configs_request::{DescribeConfigsRequest, DescribeConfigsResource},
        describe_configs_response::{
            DescribeConfigsResourceResult, DescribeConfigsResponse, DescribeConfigsResult, DescribeConfigsSynonym,
        },
    },
};

use crate::{
    Engine,
    configs::{
        describe::{Entry, Only, View},
        resource,
    },
    context::RequestContext,
    outcome::Outcome,
    topic_names,
};

/// Most configs in a response: a few bytes of a request select hundreds of them.
const ENTRIES_MAX: usize = if cfg!(test) { 4_000 } else { 400_000 };

const MALFORMED: &str = "This most likely occurs because of a request being malformed by the client library or the \
                         message was sent to an incompatible broker. See the broker logs for more details.";

type Described = Result<Vec<Entry>, (ErrorCode, String)>;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DescribeConfigsRequest<'_>) -> Outcome {
    const KNOWN: &[i8] =
        &[resource::TOPIC, resource::BROKER, resource::BROKER_LOGGER, resource::CLIENT_METRICS, resource::GROUP];
    let is_malformed = request.resources.iter().any(|asked| !KNOWN.contains(&asked.resource_type));
    let view = engine.configs.view();
    let mut left = ENTRIES_MAX;
    let mut one = |asked: &DescribeConfigsResource<'_>| -> Described {
        if is_malformed {
            return Err((ErrorCode::InvalidRequest, MALFORMED.to_owned()));
        }
        let too_many = || {
            let why = format!("More than {ENTRIES_MAX} configs are too many for one answer.");
            Err((ErrorCode::InvalidRequest, why))
        };
        // The remaining resources are not evaluated.
        if left == 0 {
            return too_many();
        }
        // An empty list selects all configs.
        let keys: BTreeSet<&str> = asked.configuration_keys.iter().flatten().copied().collect();
        let only = |name: &str| keys.is_empty() || keys.contains(name);
        let entries = describe(engine, &view, asked.resource_type, asked.resource_name, &only)?;
        match left.checked_sub(entries.len()) {
            Some(rest) => left = rest,
            None => {
                left = 0;
                return too_many();
            }
        }
        Ok(entries)
    };
    let described: Vec<Described> = request.resources.iter().map(&mut one).collect();
    let results = request.resources.iter().zip(&described).map(|(asked, described)| {
        let (code, why, entries) = match described {
            Ok(entries) => (ErrorCode::None, "", entries.as_slice()),
            Err((code, why)) => (*code, why.as_str(), &[][..]),
        };
        DescribeConfigsResult {
            error_code: code.code(),
            error_message: Some(why),
            resource_type: asked.resource_type,
            resource_name: asked.resource_name,
            configs: entries.iter().map(|entry| shown(entry, request)).collect(),
        }
    });
    let response = DescribeConfigsResponse { throttle_time_ms: 0, results: results.collect() };
    context.reply(|w, v| response.encode(w, v))
}

fn describe(engine: &Engine, view: &View<'_>, kind: i8, name: &str, only: Only<'_>) -> Described {
    let node_id = engine.settings.node_id;
    let invalid = |why: String| Err((ErrorCode::InvalidRequest, why));
    let id = || name.parse::<i32>();
    match kind {
        resource::TOPIC => {
            topic_names::check(name).map_err(|why| (ErrorCode::InvalidTopicException, why))?;
            let topic = engine.topics.get(name).ok_or((ErrorCode::UnknownTopicOrPartition, String::new()))?;
            Ok(view.topic(&topic.config(), only))
        }
        resource::BROKER if name.is_empty() => Ok(view.brokers(only)),
        resource::BROKER_LOGGER if name.is_empty() => invalid("Broker id must not be empty".to_owned()),
        resource::BROKER | resource::BROKER_LOGGER if id().is_err() => {
            invalid(format!("Broker id must be an integer, but it is: {name}"))
        }
        resource::BROKER if id() != Ok(node_id) => {
            invalid(format!("Unexpected broker id, expected {node_id} or empty string, but received {name}"))
        }
        resource::BROKER_LOGGER if id() != Ok(node_id) => {
            invalid(format!("Unexpected broker id, expected {node_id} but received {name}"))
        }
        resource::BROKER => Ok(view.broker(only)),
        resource::BROKER_LOGGER => Ok(view.loggers(only)),
        resource::CLIENT_METRICS if name.is_empty() => {
            invalid("Client metrics subscription name must not be empty".to_owned())
        }
        resource::CLIENT_METRICS => Ok(view.client_metrics(name, only)),
        _ if name.is_empty() => invalid("Group name must not be empty".to_owned()),
        _ => Ok(view.group(name, only)),
    }
}

fn shown<'a>(entry: &'a Entry, request: &DescribeConfigsRequest<'_>) -> DescribeConfigsResourceResult<'a> {
    let synonyms = entry.synonyms.iter().filter(|_| request.include_synonyms).map(|synonym| DescribeConfigsSynonym {
        name: &synonym.name,
        value: synonym.value.as_deref(),
        source: synonym.source as i8,
    });
    DescribeConfigsResourceResult {
        name: &entry.name,
        value: entry.value.as_deref(),
        read_only: entry.read_only,
        config_source: entry.source as i8,
        is_sensitive: entry.sensitive,
        synonyms: synonyms.collect(),
        config_type: entry.kind,
        // A logger has an empty documentation, requested or not.
        documentation: entry.documentation.filter(|text| request.include_documentation || text.is_empty()),
    }
}

#[cfg(test)]
mod tests;
