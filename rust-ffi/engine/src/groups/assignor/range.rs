//! `range`: each topic is cut into ranges, one for each of its subscribers. Topics with the same subscribers and the
//! same number of partitions are cut alike, so that they can be joined. Kafka: `RangeAssignor`.

use std::collections::BTreeMap;

use wire::Uuid;

use super::{Partitions, Subscriber, Topic};

pub(super) fn assign(topics: &BTreeMap<Uuid, Topic>, subscribers: &[Subscriber<'_>]) -> Vec<Partitions> {
    let mut assigned = vec![Partitions::new(); subscribers.len()];
    for (id, topic) in topics {
        let of_topic: Vec<usize> = (0..subscribers.len()).filter(|at| subscribers[*at].topics.contains(id)).collect();
        let Some(count) = i32::try_from(of_topic.len()).ok().filter(|count| *count > 0) else { continue };
        let (quota, extra) = (topic.partitions / count, topic.partitions % count);
        let mut from = 0;
        for (at, member) in (0..).zip(of_topic) {
            let to = from + quota + i32::from(at < extra);
            if from < to {
                assigned[member].insert(*id, (from..to).collect());
            }
            from = to;
        }
    }
    assigned
}
