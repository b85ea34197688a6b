//! ConsumerGroupDescribe (key 69), versions 0-1. Owner: `groups/consumer/describe.rs`.
//! Kafka: GroupMetadataManager.consumerGroupDescribe.
//! Does: epochs, assignor and members of each consumer group, with what they have and what they will have.
//! By version: 1 the type of a member.
//! Leaves out: nothing.

use wire::{
    ErrorCode, Uuid,
    message::{
        consumer_group_describe_request::ConsumerGroupDescribeRequest,
        consumer_group_describe_response::{
            Assignment, ConsumerGroupDescribeResponse, DescribedGroup, Member, TopicPartitions,
        },
    },
};

use crate::{
    Engine, acl_operations,
    context::RequestContext,
    groups::{self, Budget, DescribedConsumerGroup, DescribedConsumerMember},
    outcome::Outcome,
};

/// Of a member that uses the consumer protocol.
const MEMBER_TYPE_CONSUMER: i8 = 1;

/// A group or a member without its texts and partitions, roughly.
const ENTRY_BYTES: usize = 200;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &ConsumerGroupDescribeRequest<'_>,
) -> Outcome {
    let mut budget = Budget::new();
    let mut described = Vec::with_capacity(request.group_ids.len());
    for name in &request.group_ids {
        let group = groups::describe_consumer(engine, name);
        let members = group.iter().flat_map(|group| &group.members).map(bytes).sum::<usize>();
        if budget.spend(ENTRY_BYTES + 2 * name.len() + members).is_none() {
            let bytes = Budget::BYTES;
            return Outcome::Close(format!("the answer to ConsumerGroupDescribe is larger than {bytes} bytes"));
        }
        described.push((*name, group, format!("Group {name} not found.")));
    }
    let operations =
        if request.include_authorized_operations { acl_operations::GROUP } else { acl_operations::NOT_ASKED };
    let groups = described.iter().map(|(name, group, not_found)| match group {
        Some(group) => show(name, group, operations),
        None if name.is_empty() => {
            DescribedGroup { error_code: ErrorCode::InvalidGroupId.code(), group_id: name, ..DescribedGroup::default() }
        }
        None => DescribedGroup {
            error_code: ErrorCode::GroupIdNotFound.code(),
            error_message: Some(not_found),
            group_id: name,
            ..DescribedGroup::default()
        },
    });
    let response = ConsumerGroupDescribeResponse { throttle_time_ms: 0, groups: groups.collect() };
    context.reply(|w, v| response.encode(w, v))
}

fn bytes(member: &DescribedConsumerMember) -> usize {
    let partitions = member.assigned.iter().chain(&member.target);
    let partitions = partitions.map(|(_, name, indexes)| 32 + name.len() + 4 * indexes.len()).sum::<usize>();
    let metadata = &member.metadata;
    let topics = metadata.topics.iter().map(|topic| 2 + topic.len()).sum::<usize>();
    let texts = metadata.client_id.len() + metadata.regex.as_ref().map_or(0, |regex| regex.len());
    ENTRY_BYTES + member.member_id.len() + partitions + topics + texts
}

fn show<'a>(group_id: &'a str, group: &'a DescribedConsumerGroup, authorized_operations: i32) -> DescribedGroup<'a> {
    DescribedGroup {
        error_code: 0,
        error_message: None,
        group_id,
        group_state: group.state,
        group_epoch: group.epoch,
        assignment_epoch: group.assignment_epoch,
        assignor_name: group.assignor,
        members: group.members.iter().map(show_member).collect(),
        authorized_operations,
    }
}

fn show_member(member: &DescribedConsumerMember) -> Member<'_> {
    let metadata = &member.metadata;
    Member {
        member_id: &member.member_id,
        instance_id: metadata.instance_id.as_deref(),
        rack_id: metadata.rack_id.as_deref(),
        member_epoch: member.epoch,
        client_id: &metadata.client_id,
        client_host: &metadata.client_host,
        subscribed_topic_names: metadata.topics.iter().map(|topic| &**topic).collect(),
        // Kafka shows no pattern as an empty one.
        subscribed_topic_regex: Some(metadata.regex.as_deref().unwrap_or_default()),
        assignment: show_assignment(&member.assigned),
        target_assignment: show_assignment(&member.target),
        member_type: MEMBER_TYPE_CONSUMER,
    }
}

fn show_assignment(topics: &[(Uuid, String, Vec<i32>)]) -> Assignment<'_> {
    let show = topics.iter().map(|(topic_id, topic_name, partitions)| TopicPartitions {
        topic_id: *topic_id,
        topic_name,
        partitions: partitions.clone(),
    });
    Assignment { topic_partitions: show.collect() }
}
