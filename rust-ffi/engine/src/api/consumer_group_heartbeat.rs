//! ConsumerGroupHeartbeat (key 68), versions 0-1. Owner: `groups/consumer/heartbeat.rs`.
//! Kafka: GroupMetadataManager.consumerGroupHeartbeat.
//! Does: joins with epoch 0, leaves with -1, leaves for a while with -2 (a static member); hands out the partitions
//! that the member may have. HeartbeatIntervalMs is short while the group is being reconciled.
//! By version: 1 the client makes the member id (KIP-1082), regular expressions are resolved here.
//! Leaves out: racks, of which there is one.

use wire::{
    ErrorCode,
    message::{
        consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest,
        consumer_group_heartbeat_response::{Assignment, ConsumerGroupHeartbeatResponse, TopicPartitions},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    groups::{self, Assignor, Heartbeat, HeartbeatReply, LEAVE, LEAVE_STATIC, Refusal},
    outcome::Outcome,
};

/// From this version on the client makes the member id.
const CLIENT_MEMBER_ID: i16 = 1;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &ConsumerGroupHeartbeatRequest<'_>,
) -> Outcome<DelayedReply> {
    let new_id = engine.entropy.hyphenated_uuid();
    let ran = check(engine, context, request).and_then(|()| {
        let beat = heartbeat(context, request, &new_id);
        groups::consumer_heartbeat(engine, context, request.group_id, &beat)
    });
    match ran {
        Ok(ran) => {
            let unavailable = Refusal::new(ErrorCode::CoordinatorNotAvailable, "");
            reply_when_synced(ran.until.into_iter().collect(), to_response(context, &ran.result), || {
                refuse(context, &unavailable)
            })
        }
        Err(refusal) => refuse(context, &refusal),
    }
}

/// Kafka: `GroupCoordinatorService.throwIfConsumerGroupHeartbeatRequestIsInvalid`.
fn check(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &ConsumerGroupHeartbeatRequest<'_>,
) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(ErrorCode::InvalidRequest, message));
    let needs_id = context.version >= CLIENT_MEMBER_ID || request.member_epoch > 0 || request.member_epoch == LEAVE;
    if !engine.configs.list("group.coordinator.rebalance.protocols").iter().any(|name| name == "consumer") {
        return Err(Refusal::new(ErrorCode::UnsupportedVersion, "The consumer group protocol is disabled."));
    }
    if needs_id && request.member_id.is_empty() {
        return invalid("MemberId can't be empty.");
    }
    if request.group_id.is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if request.instance_id == Some("") {
        return invalid("InstanceId can't be empty.");
    }
    if request.rack_id == Some("") {
        return invalid("RackId can't be empty.");
    }
    match request.member_epoch {
        0 if request.rebalance_timeout_ms == -1 => {
            return invalid("RebalanceTimeoutMs must be provided in first request.");
        }
        0 if request.topic_partitions.as_ref().is_none_or(|owned| !owned.is_empty()) => {
            return invalid("TopicPartitions must be empty when (re-)joining.");
        }
        0 if request.subscribed_topic_names.is_none() && request.subscribed_topic_regex.is_none() => {
            let message = "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.";
            return invalid(message);
        }
        LEAVE_STATIC if request.instance_id.is_none() => return invalid("InstanceId can't be null."),
        epoch if epoch < LEAVE_STATIC => return invalid("MemberEpoch is invalid."),
        _ => {}
    }
    let known = engine.configs.list("group.consumer.assignors");
    match request.server_assignor {
        Some(name) if Assignor::named(name).is_none() || !known.iter().any(|one| one == name) => {
            let message = format!("ServerAssignor {name} is not supported. Supported assignors: {}.", known.join(", "));
            Err(Refusal::new(ErrorCode::UnsupportedAssignor, message))
        }
        _ => Ok(()),
    }
}

fn heartbeat<'a>(
    context: &RequestContext<'a>,
    request: &'a ConsumerGroupHeartbeatRequest<'a>,
    new_id: &'a str,
) -> Heartbeat<'a> {
    Heartbeat {
        member_id: if request.member_id.is_empty() { new_id } else { request.member_id },
        epoch: request.member_epoch,
        instance_id: request.instance_id,
        rack_id: request.rack_id,
        client_id: context.client_id.unwrap_or_default(),
        client_host: context.client_host,
        rebalance_ms: request.rebalance_timeout_ms,
        topics: request.subscribed_topic_names.clone(),
        regex: request.subscribed_topic_regex,
        assignor: request.server_assignor,
        owned: request
            .topic_partitions
            .as_ref()
            .map(|owned| groups::partitions(owned.iter().map(|topic| (topic.topic_id, &topic.partitions[..])))),
    }
}

fn to_response(context: &RequestContext<'_>, reply: &HeartbeatReply) -> Outcome {
    let assignment = reply.assignment.as_ref().map(|partitions| Assignment {
        topic_partitions: partitions
            .iter()
            .map(|(id, indexes)| TopicPartitions { topic_id: *id, partitions: indexes.iter().copied().collect() })
            .collect(),
    });
    let response = ConsumerGroupHeartbeatResponse {
        throttle_time_ms: 0,
        error_code: 0,
        error_message: None,
        member_id: Some(&reply.member_id),
        member_epoch: reply.epoch,
        heartbeat_interval_ms: reply.heartbeat_ms,
        assignment,
    };
    context.reply(|w, v| response.encode(w, v))
}

fn refuse<W>(context: &RequestContext<'_>, refusal: &Refusal) -> Outcome<W> {
    let response = ConsumerGroupHeartbeatResponse {
        error_code: refusal.error.code(),
        error_message: Some(&refusal.message),
        ..ConsumerGroupHeartbeatResponse::default()
    };
    context.reply(|w, v| response.encode(w, v))
}
