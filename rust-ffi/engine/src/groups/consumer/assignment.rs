//! The target assignment of a group. Kafka: `TargetAssignmentBuilder`.

use std::{collections::BTreeMap, sync::Arc};

use super::{ConsumerGroup, ConsumerRecord, Draft, Partitions, TopicImage};
use crate::groups::assignor::{Assignor, Subscriber, Topic};

impl Draft {
    /// Assigns all partitions anew, and writes what has changed.
    pub(super) fn assign(&mut self, default: Assignor, topics: &dyn TopicImage, now_ms: i64) {
        let group = self.group();
        let target = target(group, preferred(group).unwrap_or(default), topics);
        let is_changed = |(id, new): &(Arc<str>, Partitions)| group.target.get(id).is_none_or(|old| **old != *new);
        let changed: Vec<_> = target.into_iter().filter(is_changed).collect();
        for (member_id, partitions) in changed {
            self.push(ConsumerRecord::Target(member_id, Some(partitions)));
        }
        let epoch = self.group().epoch;
        self.push(ConsumerRecord::TargetEpoch(Some((epoch, now_ms))));
    }
}

/// The assignor that most members ask for; of several the first by name.
pub(super) fn preferred(group: &ConsumerGroup) -> Option<Assignor> {
    let mut votes = BTreeMap::<&str, usize>::new();
    for name in group.members.values().filter_map(|member| member.assignor.as_deref()) {
        *votes.entry(name).or_default() += 1;
    }
    let most = votes.values().copied().max()?;
    votes.into_iter().find(|(_, count)| *count == most).and_then(|(name, _)| Assignor::named(name))
}

fn target(group: &ConsumerGroup, assignor: Assignor, image: &dyn TopicImage) -> BTreeMap<Arc<str>, Partitions> {
    let mut topics = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for name in group.members.values().flat_map(|member| group.topics_of(member)) {
        if let Some((id, partitions)) = image.topic(name) {
            topics.insert(id, Topic { partitions });
            ids.insert(name, id);
        }
    }
    let none = Arc::new(Partitions::new());
    // Static members come first, by instance; their order stays when they are replaced.
    let mut members: Vec<_> = group.members.iter().collect();
    members.sort_by_key(|(id, member)| (member.instance_id.is_none(), member.instance_id.clone(), (*id).clone()));
    let subscriber = |(id, member): &(&Arc<str>, &Arc<super::MemberMetadata>)| Subscriber {
        topics: group.topics_of(member).into_iter().filter_map(|name| ids.get(name).copied()).collect(),
        owned: group.target.get(*id).unwrap_or(&none),
    };
    let subscribers: Vec<_> = members.iter().map(subscriber).collect();
    let assigned = assignor.assign(&topics, &subscribers);
    members.iter().map(|(id, _)| (*id).clone()).zip(assigned).collect()
}
