//! Committed offsets: OffsetCommit, OffsetFetch and OffsetDelete. Kafka: `OffsetMetadataManager`.

use std::{collections::BTreeMap, sync::Arc};

use wire::error_code::ErrorCode;

use super::{
    LiveGroup, OffsetAndMetadata, Step, check_name,
    classic::State,
    consumer,
    offsets::{Offsets, is_current},
    offsets_log::{fits, prepare, tombstone},
    records::GroupRecord,
    registry::{shard_of, with, with_new},
    state::DurableGroup,
    state_bytes::record_max,
};
use crate::{
    Engine,
    appender::Unsynced,
    context::RequestContext,
    coordinator::{ProducerIdAndEpoch, Ran},
};

/// A commit: a topic's name, a partition and its offset, for each.
#[derive(Debug)]
pub(crate) struct Commit<'a> {
    pub(crate) group: &'a str,
    pub(crate) member_id: &'a str,
    pub(crate) instance_id: Option<&'a str>,
    /// Negative for a client without membership.
    pub(crate) generation: i32,
    pub(crate) offsets: Vec<(&'a str, i32, OffsetAndMetadata)>,
    /// The producer whose transaction the commit is a part of, which was checked before.
    pub(crate) producer: Option<ProducerIdAndEpoch>,
}

pub(crate) fn commit(engine: &Engine, context: &RequestContext<'_>, commit: Commit<'_>) -> Result<Ran<()>, ErrorCode> {
    let Commit { group: name, member_id, instance_id, generation, offsets, producer } = commit;
    // A commit without membership creates a group, a so-called simple one.
    let creates_group = generation < 0 && !offsets.is_empty();
    let group_name: Arc<str> = name.into();
    if !fits(&group_name, &offsets, record_max(engine)) {
        return Err(ErrorCode::InvalidCommitOffsetSize);
    }
    // In a transaction the topic is there already; it is not made while the transaction is locked.
    if !offsets.is_empty() && producer.is_none() {
        prepare(engine)?;
    }
    let version = context.version;
    // Held until the bytes of the replaced offsets are given back.
    let room = engine.groups.bytes.claim(Offsets::bytes_of(&offsets)).ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let event = |group: &mut LiveGroup, step: &mut Step<'_>| {
        match step.state().consumer(name) {
            Some(group) => consumer::check_commit(name, group, member_id, generation, version, producer.is_some())?,
            None => group.classic.check_commit(step, member_id, instance_id, generation, producer.is_some())?,
        }
        // The offsets of a topic that was deleted since the request came were deleted with it.
        let exists = |(_, _, new): &(&str, i32, OffsetAndMetadata)| engine.topics.get_by_id(new.topic_id).is_some();
        let record = |(topic, partition, offset): (&str, i32, OffsetAndMetadata)| GroupRecord::Offset {
            group: group_name.clone(),
            topic: topic.into(),
            partition,
            value: Some(offset),
        };
        step.write_as(producer, offsets.into_iter().filter(exists).map(record).collect())
    };
    let ran = match creates_group {
        true => with_new(engine, context.now, name, |group, step, _| event(group, step)),
        false => with(engine, context.now, name, event),
    };
    drop(room);
    let without_group = match context.version {
        _ if creates_group => Err(ErrorCode::CoordinatorNotAvailable),
        _ if generation < 0 => Ok(()),
        _ if producer.is_some() => Err(ErrorCode::IllegalGeneration),
        9.. => Err(ErrorCode::GroupIdNotFound),
        _ => Err(ErrorCode::IllegalGeneration),
    };
    ran.result.unwrap_or(without_group).map(|()| Ran { result: (), until: ran.until })
}

#[derive(Debug)]
pub(crate) struct FetchedTopic {
    pub(crate) name: String,
    pub(crate) partitions: Vec<FetchedPartition>,
}

#[derive(Debug)]
pub(crate) struct FetchedPartition {
    pub(crate) index: i32,
    /// `None` if nothing was committed.
    pub(crate) committed: Option<OffsetAndMetadata>,
    /// A transaction that has not ended has committed an offset, and the client wants none before that.
    pub(crate) is_unstable: bool,
}

/// The bytes that a response may still take: a request of a few bytes may ask for the same large thing many times.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) const BYTES: usize = 256 << 20;

    pub(crate) fn new() -> Budget {
        Budget(Budget::BYTES)
    }

    /// Returns `None` once the budget is spent.
    pub(crate) fn spend(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

/// Bytes of a partition in a response, without its metadata.
const PARTITION_BYTES: usize = 32;

/// The offsets that a response shows: how large they may be, and what has to be synced before they are shown.
#[derive(Debug)]
pub(crate) struct Reads {
    budget: Budget,
    pub(crate) until: Vec<Unsynced>,
}

impl Reads {
    pub(crate) fn new() -> Reads {
        Reads { budget: Budget::new(), until: Vec::new() }
    }
}

fn fetched(index: i32, committed: Option<&OffsetAndMetadata>, budget: &mut Budget) -> Option<FetchedPartition> {
    budget.spend(PARTITION_BYTES + committed.map_or(0, |committed| committed.metadata.len()))?;
    Some(FetchedPartition { index, committed: committed.cloned(), is_unstable: false })
}

/// Returns the offsets of partitions. A group that does not exist has committed nothing, and the offsets of a deleted
/// topic are not shown: a failed disk may have kept them from being deleted. `None` if the response would be too large.
/// Kafka: `OffsetMetadataManager.isOffsetInvalid`.
pub(crate) fn fetch(
    engine: &Engine,
    group: &str,
    topics: &[(&str, &[i32])],
    require_stable: bool,
    reads: &mut Reads,
) -> Option<Vec<FetchedTopic>> {
    let none = DurableGroup::default();
    let budget = &mut reads.budget;
    let ran = shard_of(engine, group).1.read(|state, _| {
        let group = state.get(group).unwrap_or(&none);
        let mut partition = |name: &str, index: i32| {
            if require_stable && group.pending.contains(name, index) {
                budget.spend(PARTITION_BYTES)?;
                return Some(FetchedPartition { index, committed: None, is_unstable: true });
            }
            fetched(index, group.offsets.current(engine, name, index), budget)
        };
        let mut topic = |(name, indexes): &(&str, &[i32])| {
            let partitions = indexes.iter().map(|index| partition(name, *index));
            Some(FetchedTopic { name: (*name).to_owned(), partitions: partitions.collect::<Option<_>>()? })
        };
        topics.iter().map(&mut topic).collect::<Option<_>>()
    });
    reads.until.extend(ran.until);
    ran.result
}

/// Returns all offsets of a group. `None` if the response would be too large.
pub(crate) fn fetch_all(
    engine: &Engine,
    group: &str,
    require_stable: bool,
    reads: &mut Reads,
) -> Option<Vec<FetchedTopic>> {
    let budget = &mut reads.budget;
    let ran = shard_of(engine, group).1.read(|state, _| {
        let Some(group) = state.get(group) else { return Some(Vec::new()) };
        let mut topic = |(name, partitions): (&str, &BTreeMap<i32, OffsetAndMetadata>)| {
            let current = partitions.iter().filter(|(_, offset)| is_current(engine, name, offset.topic_id));
            let partitions = current.map(|(index, committed)| {
                let is_unstable = require_stable && group.pending.contains(name, *index);
                let shown = fetched(*index, Some(committed).filter(|_| !is_unstable), budget)?;
                Some(FetchedPartition { is_unstable, ..shown })
            });
            Some(FetchedTopic { name: name.to_owned(), partitions: partitions.collect::<Option<_>>()? })
        };
        let topics: Vec<_> = group.offsets.iter().map(&mut topic).collect::<Option<_>>()?;
        Some(topics.into_iter().filter(|topic| !topic.partitions.is_empty()).collect())
    });
    reads.until.extend(ran.until);
    ran.result
}

/// Deletes offsets. Returns a result for each topic; a partition without an offset is no error.
pub(crate) fn delete_offsets(
    engine: &Engine,
    context: &RequestContext<'_>,
    group: &str,
    topics: &[(&str, Vec<i32>)],
) -> Result<Ran<Vec<ErrorCode>>, ErrorCode> {
    check_name(group)?;
    let name: Arc<str> = group.into();
    let ran = with(engine, context.now, group, |group, step| {
        let consumer = step.state().consumer(&name).cloned();
        if group.classic.state() != State::Empty && !group.classic.uses_consumer_protocol() {
            return Err(ErrorCode::NonEmptyGroup);
        }
        let mut delete = |(topic, partitions): &(&str, Vec<i32>)| {
            let is_subscribed = match &consumer {
                Some(consumer) => consumer.is_subscribed_to(topic),
                None => group.classic.is_subscribed_to(topic),
            };
            if is_subscribed {
                return ErrorCode::GroupSubscribedToTopic;
            }
            let offsets = step.state().offsets(&name);
            let committed = |partition: &&i32| offsets.is_some_and(|offsets| offsets.get(topic, **partition).is_some());
            let deleted = partitions.iter().filter(committed).map(|partition| tombstone(&name, topic, *partition));
            let deleted = deleted.collect();
            step.write(deleted).err().unwrap_or(ErrorCode::None)
        };
        Ok(topics.iter().map(&mut delete).collect())
    });
    let results = ran.result.unwrap_or(Err(ErrorCode::GroupIdNotFound))?;
    Ok(Ran { result: results, until: ran.until })
}
