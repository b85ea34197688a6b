//! `uniform`: members have the same number of partitions, as far as their subscriptions allow, and keep those that they
//! have. Kafka: `UniformHomogeneousAssignmentBuilder`, `UniformHeterogeneousAssignmentBuilder`.

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use super::{Partitions, Subscriber, Topic};

pub(super) fn assign(topics: &BTreeMap<Uuid, Topic>, subscribers: &[Subscriber<'_>]) -> Vec<Partitions> {
    let Some(first) = subscribers.first() else { return Vec::new() };
    let mut draft = Draft::new(topics, subscribers);
    if subscribers.iter().all(|member| member.topics == first.topics) {
        draft.retain_up_to_quota();
        draft.give_unassigned();
    } else {
        draft.retain_all();
        draft.give_unassigned();
        draft.balance();
    }
    draft.assigned
}

struct Draft<'a> {
    subscribers: &'a [Subscriber<'a>],
    /// The subscribers of each topic.
    of_topic: BTreeMap<Uuid, Vec<usize>>,
    unassigned: BTreeSet<(Uuid, i32)>,
    assigned: Vec<Partitions>,
    counts: Vec<usize>,
}

impl<'a> Draft<'a> {
    fn new(topics: &BTreeMap<Uuid, Topic>, subscribers: &'a [Subscriber<'a>]) -> Draft<'a> {
        let mut of_topic = BTreeMap::<Uuid, Vec<usize>>::new();
        for (at, member) in subscribers.iter().enumerate() {
            member.topics.iter().for_each(|id| of_topic.entry(*id).or_default().push(at));
        }
        let of = |id: &Uuid| topics.get(id).map_or(0, |topic| topic.partitions);
        let unassigned = of_topic.keys().flat_map(|id| (0..of(id)).map(|index| (*id, index))).collect();
        let (assigned, counts) = (vec![Partitions::new(); subscribers.len()], vec![0; subscribers.len()]);
        Draft { subscribers, of_topic, unassigned, assigned, counts }
    }

    fn give(&mut self, member: usize, (id, index): (Uuid, i32)) {
        self.assigned[member].entry(id).or_default().insert(index);
        self.counts[member] += 1;
    }

    fn take(&mut self, member: usize, (id, index): (Uuid, i32)) {
        if let Some(indexes) = self.assigned[member].get_mut(&id) {
            indexes.remove(&index);
            if indexes.is_empty() {
                self.assigned[member].remove(&id);
            }
            self.counts[member] -= 1;
        }
    }

    fn retain(&mut self, member: usize, max: usize) {
        let subscriber = &self.subscribers[member];
        let subscribed = subscriber.owned.iter().filter(|(id, _)| subscriber.topics.contains(*id));
        for one in subscribed.flat_map(|(id, indexes)| indexes.iter().map(|index| (*id, *index))) {
            if self.counts[member] == max {
                break;
            }
            if self.unassigned.remove(&one) {
                self.give(member, one);
            }
        }
    }

    fn retain_all(&mut self) {
        (0..self.subscribers.len()).for_each(|member| self.retain(member, usize::MAX));
    }

    /// So many members may have one more than the others: first those that have one more already.
    fn retain_up_to_quota(&mut self) {
        let (quota, mut extra) =
            (self.unassigned.len() / self.subscribers.len(), self.unassigned.len() % self.subscribers.len());
        for member in 0..self.subscribers.len() {
            self.retain(member, quota + usize::from(extra > 0));
            extra -= usize::from(self.counts[member] > quota);
        }
    }

    /// Gives each partition to the subscriber with the fewest: first the topics with the fewest subscribers.
    fn give_unassigned(&mut self) {
        let mut unassigned: Vec<_> = std::mem::take(&mut self.unassigned).into_iter().collect();
        unassigned.sort_by_key(|(id, index)| (self.of_topic[id].len(), *id, *index));
        for one in unassigned {
            if let Some(member) = self.fewest(one.0) {
                self.give(member, one);
            }
        }
    }

    fn fewest(&self, id: Uuid) -> Option<usize> {
        self.of_topic[&id].iter().copied().min_by_key(|member| (self.counts[*member], *member))
    }

    /// Moves partitions to subscribers that have at least two fewer. Each move lessens the sum of the squares of the
    /// counts, so that there is an end.
    fn balance(&mut self) {
        loop {
            let mut has_moved = false;
            for member in 0..self.subscribers.len() {
                let all = self.assigned[member].iter();
                let owned: Vec<_> = all.flat_map(|(id, some)| some.iter().map(|index| (*id, *index))).collect();
                for one in owned {
                    let Some(other) = self.fewest(one.0) else { continue };
                    if self.counts[other] + 1 < self.counts[member] {
                        self.take(member, one);
                        self.give(other, one);
                        has_moved = true;
                    }
                }
            }
            if !has_moved {
                return;
            }
        }
    }
}
