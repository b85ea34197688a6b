use std::collections::{BTreeMap, BTreeSet};

use arbtest::arbitrary::Unstructured;
use wire::Uuid;

use super::{Assignor, Partitions, Subscriber, Topic};

type Topics = BTreeMap<Uuid, Topic>;

fn id(number: u8) -> Uuid {
    Uuid([number; 16])
}

fn topics(u: &mut Unstructured<'_>) -> arbtest::arbitrary::Result<Topics> {
    let count = u.int_in_range(0..=5)?;
    (1..=count).map(|number| Ok((id(number), Topic { partitions: u.int_in_range(1..=12)? }))).collect()
}

fn subscriptions(
    u: &mut Unstructured<'_>,
    topics: &Topics,
    alike: bool,
) -> arbtest::arbitrary::Result<Vec<BTreeSet<Uuid>>> {
    let count: u8 = u.int_in_range(1..=6)?;
    let all: BTreeSet<Uuid> = topics.keys().copied().collect();
    let mut subscribed = Vec::new();
    for _ in 0..count {
        let mut some = BTreeSet::new();
        for id in &all {
            if alike || u.ratio(1, 2)? {
                some.insert(*id);
            }
        }
        subscribed.push(some);
    }
    Ok(subscribed)
}

fn assign(assignor: Assignor, topics: &Topics, subscribed: &[BTreeSet<Uuid>], owned: &[Partitions]) -> Vec<Partitions> {
    let none = Partitions::new();
    let subscriber = |(at, topics): (usize, &BTreeSet<Uuid>)| Subscriber {
        topics: topics.clone(),
        owned: owned.get(at).unwrap_or(&none),
    };
    assignor.assign(topics, &subscribed.iter().enumerate().map(subscriber).collect::<Vec<_>>())
}

fn count(partitions: &Partitions) -> usize {
    partitions.values().map(BTreeSet::len).sum()
}

fn flat(partitions: &Partitions) -> BTreeSet<(Uuid, i32)> {
    partitions.iter().flat_map(|(id, indexes)| indexes.iter().map(|index| (*id, *index))).collect()
}

/// Every partition that any member is subscribed to has one owner, who is subscribed to it.
fn check(topics: &Topics, subscribed: &[BTreeSet<Uuid>], assigned: &[Partitions]) {
    assert_eq!(subscribed.len(), assigned.len());
    for (topics, partitions) in subscribed.iter().zip(assigned) {
        assert!(partitions.iter().all(|(id, indexes)| topics.contains(id) && !indexes.is_empty()));
    }
    let of = |id: &Uuid| (0..topics[id].partitions).map(|index| (*id, index)).collect::<Vec<_>>();
    let expected: BTreeSet<_> = subscribed.iter().flatten().flat_map(of).collect();
    let all: Vec<_> = assigned.iter().flat_map(flat).collect();
    assert_eq!(all.len(), expected.len());
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn every_partition_is_assigned_once_to_a_subscriber() {
    arbtest::arbtest(|u| {
        let topics = topics(u)?;
        let alike = u.arbitrary()?;
        let subscribed = subscriptions(u, &topics, alike)?;
        for assignor in [Assignor::Uniform, Assignor::Range] {
            let before = assign(assignor, &topics, &subscribed, &[]);
            check(&topics, &subscribed, &before);
            check(&topics, &subscribed, &assign(assignor, &topics, &subscribed, &before));
        }
        Ok(())
    });
}

#[test]
fn uniform_members_with_the_same_topics_differ_by_one_partition_at_most() {
    arbtest::arbtest(|u| {
        let topics = topics(u)?;
        let subscribed = subscriptions(u, &topics, true)?;
        let counts: Vec<usize> = assign(Assignor::Uniform, &topics, &subscribed, &[]).iter().map(count).collect();
        assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
        Ok(())
    });
}

#[test]
fn uniform_moves_nothing_if_nothing_has_changed() {
    arbtest::arbtest(|u| {
        let topics = topics(u)?;
        let alike = u.arbitrary()?;
        let subscribed = subscriptions(u, &topics, alike)?;
        let before = assign(Assignor::Uniform, &topics, &subscribed, &[]);
        assert_eq!(assign(Assignor::Uniform, &topics, &subscribed, &before), before);
        Ok(())
    });
}

#[test]
fn uniform_takes_only_what_a_new_member_gets_and_gives_only_what_a_gone_one_had() {
    arbtest::arbtest(|u| {
        let topics = topics(u)?;
        let mut subscribed = subscriptions(u, &topics, true)?;
        let before = assign(Assignor::Uniform, &topics, &subscribed, &[]);
        subscribed.push(subscribed[0].clone());
        let after = assign(Assignor::Uniform, &topics, &subscribed, &before);
        for (before, after) in before.iter().zip(&after) {
            assert!(flat(after).is_subset(&flat(before)), "members give, and get nothing");
        }
        subscribed.pop();
        let again = assign(Assignor::Uniform, &topics, &subscribed, &after);
        for (after, again) in after.iter().zip(&again) {
            assert!(flat(after).is_subset(&flat(again)), "members keep what they have");
        }
        Ok(())
    });
}

#[test]
fn range_cuts_each_topic_into_ranges_alike() {
    let topics: Topics = [(id(1), Topic { partitions: 5 }), (id(2), Topic { partitions: 5 })].into();
    let both: BTreeSet<Uuid> = [id(1), id(2)].into();
    let assigned = assign(Assignor::Range, &topics, &[both.clone(), both], &[]);
    let of =
        |indexes: &[i32]| -> Partitions { [id(1), id(2)].map(|id| (id, indexes.iter().copied().collect())).into() };
    assert_eq!(assigned, [of(&[0, 1, 2]), of(&[3, 4])]);
}
