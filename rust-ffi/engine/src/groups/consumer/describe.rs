//! ConsumerGroupDescribe. Kafka: `ConsumerGroup.asDescribedGroup`.

use std::sync::Arc;

use wire::Uuid;

use super::{ConsumerGroup, CurrentAssignment, MemberMetadata, Partitions, assignment::preferred};
use crate::{
    Engine,
    groups::{assignor::Assignor, registry::shard_of},
};

#[derive(Debug)]
pub(crate) struct DescribedConsumerGroup {
    pub(crate) state: &'static str,
    pub(crate) epoch: i32,
    pub(crate) assignment_epoch: i32,
    pub(crate) assignor: &'static str,
    pub(crate) members: Vec<DescribedConsumerMember>,
}

#[derive(Debug)]
pub(crate) struct DescribedConsumerMember {
    pub(crate) member_id: Arc<str>,
    pub(crate) epoch: i32,
    pub(crate) metadata: Arc<MemberMetadata>,
    pub(crate) assigned: Vec<(Uuid, String, Vec<i32>)>,
    pub(crate) target: Vec<(Uuid, String, Vec<i32>)>,
}

/// Returns `None` if there is no consumer group of this name.
pub(crate) fn describe(engine: &Engine, name: &str) -> Option<DescribedConsumerGroup> {
    let default = super::events::default_assignor(engine);
    shard_of(engine, name).1.read(|state, _| state.consumer(name).map(|group| described(engine, group, default))).result
}

fn described(engine: &Engine, group: &ConsumerGroup, default: Assignor) -> DescribedConsumerGroup {
    let none = Arc::new(Partitions::new());
    let member = |(member_id, metadata): (&Arc<str>, &Arc<MemberMetadata>)| {
        let CurrentAssignment { epoch, assigned, .. } = group.current(member_id);
        DescribedConsumerMember {
            member_id: member_id.clone(),
            epoch,
            metadata: metadata.clone(),
            assigned: named(engine, &assigned),
            target: named(engine, group.target.get(member_id).unwrap_or(&none)),
        }
    };
    DescribedConsumerGroup {
        state: group.state(),
        epoch: group.epoch,
        assignment_epoch: group.assignment_epoch,
        assignor: preferred(group).unwrap_or(default).name(),
        members: group.members.iter().map(member).collect(),
    }
}

/// Leaves out the topics that do not exist any more.
fn named(engine: &Engine, partitions: &Partitions) -> Vec<(Uuid, String, Vec<i32>)> {
    let of = |(id, indexes): (&Uuid, &std::collections::BTreeSet<i32>)| {
        Some((*id, engine.topics.get_by_id(*id)?.name.clone(), indexes.iter().copied().collect()))
    };
    partitions.iter().filter_map(of).collect()
}
