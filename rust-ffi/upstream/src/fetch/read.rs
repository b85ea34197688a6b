//! One read of all partitions of a Fetch.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tansu_sans_io::{ErrorCode as UpstreamCode, IsolationLevel, record::deflated};
use tansu_storage::{Error, Storage as _, TopicId, Topition};
use wire::ErrorCode;

use super::plan::{PartitionPlan, Plan, TopicPlan};
use crate::{Shared, waiters::Writes};

/// After this time a storage returns the batches read so far.
const BUDGET: Duration = Duration::from_secs(5);

/// The result of a read, partitions in the order of the request.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub parts: Vec<Part>,
    pub bytes: usize,
    pub waits_for_a_hole: bool,
}

#[derive(Debug)]
pub(super) struct Part {
    pub index: i32,
    pub error: ErrorCode,
    pub high_watermark: i64,
    pub last_stable: i64,
    pub log_start: i64,
    pub batches: Vec<Bytes>,
}

impl Part {
    fn failed(index: i32, error: ErrorCode) -> Part {
        Part { index, error, high_watermark: -1, last_stable: -1, log_start: -1, batches: Vec::new() }
    }
}

impl Look {
    /// The result if the storage does not answer: no error and no data.
    pub(super) fn without_offsets(plan: &Plan) -> Look {
        let partitions = plan.topics.iter().flat_map(|topic| &topic.partitions);
        let parts = partitions.map(|part| Part::failed(part.index, ErrorCode::None)).collect();
        Look { parts, ..Look::default() }
    }

    /// Returns whether the response must not wait. Kafka does not wait if a partition failed or none can be read. An
    /// unknown topic alone does not count: a consumer of a deleted topic would poll without a pause.
    pub(super) fn answers_at_once(&self) -> bool {
        let unknown = |error| matches!(error, ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId);
        let good = |part: &Part| part.error == ErrorCode::None;
        self.parts.iter().all(|part| !good(part)) || self.parts.iter().any(|part| !good(part) && !unknown(part.error))
    }
}

/// Returns the names of the topics that have one.
pub(super) async fn names(inner: &Shared, plan: &Plan) -> Vec<Option<String>> {
    if plan.topics.iter().all(|topic| topic.name.is_some()) {
        return plan.topics.iter().map(|topic| topic.name.clone()).collect();
    }
    let mut names = Vec::with_capacity(plan.topics.len());
    for topic in &plan.topics {
        names.push(match &topic.name {
            Some(name) => Some(name.clone()),
            None => resolve(inner, TopicId::from(topic.id)).await.ok().map(|(name, _)| name),
        });
    }
    names
}

/// Name and number of partitions.
async fn resolve(inner: &Shared, id: TopicId) -> Result<(String, usize), Error> {
    let unknown = || Error::Api(UpstreamCode::UnknownTopicOrPartition);
    let metadata = inner.storage.metadata(Some(&[id])).await?;
    let topic = metadata.topics().first().ok_or_else(unknown)?;
    if topic.error_code != i16::from(UpstreamCode::None) {
        return Err(unknown());
    }
    let name = topic.name.clone().ok_or_else(unknown)?;
    Ok((name, topic.partitions.as_ref().map_or(0, Vec::len)))
}

pub(super) async fn look(inner: Arc<Shared>, plan: Arc<Plan>, names: Arc<Vec<Option<String>>>) -> Look {
    let mut look = Look::default();
    for (topic, name) in plan.topics.iter().zip(names.iter()) {
        topic_look(&inner, &plan, topic, name.as_deref(), &mut look).await;
    }
    look
}

async fn topic_look(inner: &Shared, plan: &Plan, topic: &TopicPlan, name: Option<&str>, look: &mut Look) {
    let by_id = topic.name.is_none();
    let unknown = if by_id { ErrorCode::UnknownTopicId } else { ErrorCode::UnknownTopicOrPartition };
    let asked = match name {
        _ if by_id => resolve(inner, TopicId::from(topic.id)).await,
        Some(name) => resolve(inner, TopicId::Name(name.to_owned())).await,
        None => Err(Error::Api(UpstreamCode::UnknownTopicOrPartition)),
    };
    let (name, count) = match asked {
        Ok(found) => found,
        Err(e) => {
            let error = if is_unknown(&e) { unknown } else { failure(inner, "metadata", &e) };
            look.parts.extend(topic.partitions.iter().map(|part| Part::failed(part.index, error)));
            return;
        }
    };
    for part in &topic.partitions {
        if !usize::try_from(part.index).is_ok_and(|index| index < count) {
            // Not passed to the storage: some keep state for each requested partition.
            look.parts.push(Part::failed(part.index, ErrorCode::UnknownTopicOrPartition));
            continue;
        }
        let left = plan.max_bytes.saturating_sub(look.bytes);
        let read = Read { inner, plan, topition: Topition::new(name.clone(), part.index), part, left };
        let found = read.run(look).await.unwrap_or_else(|e| match e {
            e if is_unknown(&e) => Part::failed(part.index, ErrorCode::UnknownTopicOrPartition),
            e => Part::failed(part.index, failure(inner, "read", &e)),
        });
        look.bytes += found.batches.iter().map(Bytes::len).sum::<usize>();
        look.parts.push(found);
    }
}

fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::Api(UpstreamCode::UnknownTopicOrPartition))
}

fn failure(inner: &Shared, what: &str, error: &Error) -> ErrorCode {
    tracing::warn!(what, error = inner.secrets.hide(&error.to_string()), "a fetch failed in the storage");
    ErrorCode::KafkaStorageError
}

/// One partition.
struct Read<'a> {
    inner: &'a Shared,
    plan: &'a Plan,
    topition: Topition,
    part: &'a PartitionPlan,
    /// Remaining bytes of the response.
    left: usize,
}

impl Read<'_> {
    async fn run(&self, look: &mut Look) -> Result<Part, Error> {
        let part = self.part;
        if part.leader_epoch > 0 {
            // There is one epoch, 0, because the leader never changes.
            return Ok(Part::failed(part.index, ErrorCode::UnknownLeaderEpoch));
        }
        let before = self.writes();
        let stage = self.inner.storage.offset_stage(&self.topition).await?;
        let beyond = part.offset > stage.high_watermark();
        if part.offset < stage.log_start() || (beyond && !self.may_be_stale()) {
            return Ok(Part::failed(part.index, ErrorCode::OffsetOutOfRange));
        }
        let mut found = Part {
            index: part.index,
            error: ErrorCode::None,
            high_watermark: stage.high_watermark(),
            last_stable: stage.last_stable(),
            log_start: stage.log_start(),
            batches: Vec::new(),
        };
        let end = if self.plan.committed_only { stage.last_stable() } else { stage.high_watermark() };
        let first = look.bytes == 0;
        if part.offset >= end || (!first && self.left == 0) {
            return Ok(found);
        }
        let mut batches = self.batches().await?;
        if self.inner.traits.holes {
            let starts_at = batches.first().map_or(i64::MAX, |batch| batch.base_offset);
            if starts_at > part.offset {
                let idle = before.now == 0 && before == self.writes();
                if !self.is_dead(idle) {
                    found.high_watermark = found.high_watermark.min(part.offset);
                    found.last_stable = found.last_stable.min(part.offset);
                    look.waits_for_a_hole |= !idle || self.inner.traits.shared;
                    return Ok(found);
                }
            }
            batches.truncate(gapless(&batches));
        }
        for batch in &batches {
            found.high_watermark = found.high_watermark.max(next(batch));
            found.last_stable = found.last_stable.max(if self.plan.committed_only { next(batch) } else { -1 });
        }
        found.batches = self.within_limits(batches, first);
        Ok(found)
    }

    fn writes(&self) -> Writes {
        self.inner.waiters.writes(self.topition.topic(), self.part.index)
    }

    /// A cached high watermark of another broker may be out of date.
    fn may_be_stale(&self) -> bool {
        let traits = self.inner.traits;
        traits.shared && traits.holes && !self.is_old()
    }

    /// Whether the hole at the requested offset is never filled.
    fn is_dead(&self, idle: bool) -> bool {
        idle && (!self.inner.traits.shared || self.is_old())
    }

    fn is_old(&self) -> bool {
        self.inner.holes.is_old(self.topition.topic(), self.part.index, self.part.offset)
    }

    async fn batches(&self) -> Result<Vec<deflated::Batch>, Error> {
        let isolation = match self.plan.committed_only {
            true => IsolationLevel::ReadCommitted,
            false => IsolationLevel::ReadUncommitted,
        };
        let bytes = self.part.max_bytes.min(self.left).clamp(1, u32::MAX as usize) as u32;
        let read = self.inner.storage.fetch(&self.topition, self.part.offset, 1, bytes, isolation, BUDGET).await?;
        // The SQL storages return an empty batch for no data.
        Ok(read.into_iter().filter(|batch| batch.record_count > 0).collect())
    }

    /// As in Kafka, only the first batch of the response may exceed the limits; otherwise its reader would be stuck.
    fn within_limits(&self, batches: Vec<deflated::Batch>, first: bool) -> Vec<Bytes> {
        let room = self.part.max_bytes.min(self.left);
        let mut taken = Vec::with_capacity(batches.len());
        let mut bytes = 0;
        for mut batch in batches {
            // The epoch of Metadata; the checksum does not cover it.
            batch.partition_leader_epoch = 0;
            let batch = Bytes::from(batch);
            bytes += batch.len();
            if bytes > room && !(first && taken.is_empty()) {
                break;
            }
            taken.push(batch);
        }
        taken
    }
}

fn next(batch: &deflated::Batch) -> i64 {
    batch.base_offset + i64::from(batch.last_offset_delta) + 1
}

/// Returns how many batches follow each other without a gap.
fn gapless(batches: &[deflated::Batch]) -> usize {
    let gap = batches.windows(2).position(|pair| pair[1].base_offset > next(&pair[0]));
    gap.map_or(batches.len(), |before| before + 1)
}
