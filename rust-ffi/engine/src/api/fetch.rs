//! Fetch (key 1), versions 4-18. Owner: `log/partition.rs`, `fetch_sessions.rs`. Kafka: KafkaApis.handleFetchRequest,
//! ReplicaManager.fetchMessages, DelayedFetch.
//! Does: reads whole batches from each partition up to the limits; with less than `min_bytes` and no error it parks on
//! all its partitions until more is appended or `max_wait_ms` has passed.
//! By version: 5 log start; 6 KAFKA_STORAGE_ERROR; 7 sessions (KIP-227); 9 and 12 leader epochs, divergence (KIP-320,
//! KIP-595); 12 flexible; 13 topic ids (KIP-516); 15 replica state; 16 endpoints of leaders; 17 directories; 18 the
//! follower's high watermark.
//! Older versions receive zstd too: Kafka 4 has dropped that check of KIP-110 (measured on 4.3.1).
//! Leaves out: nothing.

use std::{collections::BTreeSet, sync::Arc};

use wire::{
    ErrorCode, Uuid,
    codec::FramePart,
    message::{
        Records,
        fetch_request::FetchRequest,
        fetch_response::{AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, PartitionData},
    },
};

use crate::{
    Engine,
    bugs::{self, Bug},
    clock::Instant,
    context::RequestContext,
    fetch_sessions::{FetchContext, FetchPartition, LastSent, NameOf, SharedSession},
    log::{self, Isolation, LEADER_EPOCH, NO_EPOCH, Offsets, Partition, ReadLimits, check_leader_epoch},
    outcome::{Outcome, Parked},
    waiters::Ticket,
};

/// Bytes of one response read from files at once. The rest is read through reused buffers while it is sent.
const HELD_MAX: usize = 64 << 10;

/// The first version whose clients know KAFKA_STORAGE_ERROR. Kafka: `maybeDownConvertStorageError`.
const STORAGE_ERROR_FROM: i16 = 6;

/// A fetch parked until enough bytes are available. Kafka: `DelayedFetch`.
#[derive(Debug)]
pub(crate) struct DelayedFetch {
    partitions: Vec<FetchPartition>,
    session: Option<SharedSession>,
    incremental: bool,
    limits: Limits,
    deadline: Instant,
    /// The partitions it is parked on, if requested by topic name: the name may belong to another topic later.
    by_name: Vec<Arc<Partition>>,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    bytes_min: usize,
    bytes_max: usize,
    isolation: Isolation,
    /// The client is another broker: there are no followers in a cluster of one node.
    is_follower: bool,
}

/// Result of reading one partition; `pieces` is its range in the parts of the response.
struct PartitionRead {
    code: ErrorCode,
    offsets: Option<Offsets>,
    aborted: Vec<log::AbortedTransaction>,
    diverging: EpochEndOffset,
    pieces: std::ops::Range<usize>,
}

struct ReadResult {
    found: Vec<PartitionRead>,
    pieces: Vec<FramePart>,
    bytes: usize,
    /// Bytes already read from files.
    held: usize,
    /// An error or a divergence, which is answered without waiting.
    must_answer_now: bool,
}

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &FetchRequest<'_>,
) -> Outcome<DelayedFetch> {
    let sessions_max = engine.configs.int("max.incremental.fetch.session.cache.slots");
    let name_of = |id: Uuid| engine.topics.get_by_id(id).map(|topic| Arc::from(topic.name.as_str()));
    let by_id: Option<NameOf<'_>> = if context.version >= 13 { Some(&name_of) } else { None };
    let fetch_context =
        engine.fetch_sessions.new_context(request, by_id, sessions_max, &engine.entropy, context.now.instant);
    let FetchContext { partitions, session, incremental } = match fetch_context {
        Ok(fetch_context) => fetch_context,
        Err(code) => {
            let response = FetchResponse { error_code: code.code(), ..FetchResponse::default() };
            return context.reply(|writer, version| response.encode(writer, version));
        }
    };
    let at_most = |bytes: i32, max: usize| usize::try_from(bytes).unwrap_or(0).min(max);
    let bytes_max = at_most(request.max_bytes, engine.configs.int("fetch.max.bytes") as usize);
    let limits = Limits {
        bytes_min: at_most(request.min_bytes, bytes_max),
        bytes_max,
        isolation: if request.isolation_level == 1 { Isolation::ReadCommitted } else { Isolation::ReadUncommitted },
        is_follower: request.replica_id >= 0 || request.replica_state.replica_id >= 0,
    };
    let wait_ms = if bugs::planted(Bug::FetchWithoutDeadline) { i64::MAX } else { request.max_wait_ms.into() };
    let deadline = context.now.instant.after_ms(wait_ms);
    let mut delayed = DelayedFetch { partitions, session, incremental, limits, deadline, by_name: Vec::new() };
    let result = read(engine, context, &delayed);
    if delayed.is_answered_by(&result, context) {
        return answer(context, &delayed, &result);
    }
    if let Some(name_of) = by_id {
        delayed.partitions.iter_mut().for_each(|requested| requested.resolve(name_of));
    }
    // The fetch is parked: registering before the second read misses no append.
    let partitions: Vec<_> =
        delayed.partitions.iter().filter_map(|requested| find_partition(engine, context, requested).ok()).collect();
    let mut lists: Vec<_> = partitions.iter().map(|partition| partition.waiters.clone()).collect();
    if context.version < 13 {
        delayed.by_name = partitions;
    }
    if bugs::planted(Bug::OnePartitionWatched) {
        lists.truncate(1);
    }
    let ticket = Ticket::register(lists).until(&engine.timers, deadline);
    complete_or_park(engine, context, delayed, ticket)
}

pub(crate) fn resume(
    engine: &Engine,
    context: &RequestContext<'_>,
    delayed: DelayedFetch,
    ticket: Ticket,
) -> Outcome<DelayedFetch> {
    ticket.rearm();
    complete_or_park(engine, context, delayed, ticket)
}

pub(crate) fn cancel(
    engine: &Engine,
    context: &RequestContext<'_>,
    delayed: DelayedFetch,
    ticket: Ticket,
) -> Outcome<DelayedFetch> {
    drop(ticket);
    answer(context, &delayed, &read(engine, context, &delayed))
}

fn complete_or_park(
    engine: &Engine,
    context: &RequestContext<'_>,
    delayed: DelayedFetch,
    ticket: Ticket,
) -> Outcome<DelayedFetch> {
    let result = read(engine, context, &delayed);
    if delayed.is_answered_by(&result, context) {
        return answer(context, &delayed, &result);
    }
    Outcome::Park(Parked { ticket, request: delayed })
}

impl DelayedFetch {
    fn is_answered_by(&self, result: &ReadResult, context: &RequestContext<'_>) -> bool {
        result.must_answer_now
            || result.bytes >= self.limits.bytes_min
            || self.partitions.is_empty()
            || self.by_name.iter().any(|partition| partition.is_closed())
            || context.now.instant >= self.deadline
    }
}

fn find_partition(
    engine: &Engine,
    context: &RequestContext<'_>,
    requested: &FetchPartition,
) -> Result<Arc<Partition>, ErrorCode> {
    let topic = match context.version {
        ..=12 => engine.topics.get(&requested.topic).ok_or(ErrorCode::UnknownTopicOrPartition),
        _ => engine.topics.get_by_id(requested.topic_id).ok_or_else(|| unknown_id(engine, requested)),
    };
    topic?.partition(requested.partition).ok_or(ErrorCode::UnknownTopicOrPartition)
}

/// Returns the error for an unknown topic id. Kafka looks up the name that the id had when the session, or the parked
/// fetch, first resolved it: deleted, or reused by another topic.
fn unknown_id(engine: &Engine, requested: &FetchPartition) -> ErrorCode {
    let Some(name) = &requested.known_as else { return ErrorCode::UnknownTopicId };
    match engine.topics.get(name).and_then(|topic| topic.partition(requested.partition)) {
        Some(_) => ErrorCode::InconsistentTopicId,
        None => ErrorCode::UnknownTopicOrPartition,
    }
}

/// Replaces a code that older clients do not know and would not retry.
fn in_version(code: ErrorCode, version: i16) -> ErrorCode {
    match code {
        ErrorCode::KafkaStorageError if version < STORAGE_ERROR_FROM => ErrorCode::NotLeaderOrFollower,
        code => code,
    }
}

fn read(engine: &Engine, context: &RequestContext<'_>, delayed: &DelayedFetch) -> ReadResult {
    let mut result = ReadResult {
        found: Vec::with_capacity(delayed.partitions.len()),
        pieces: Vec::new(),
        bytes: 0,
        held: 0,
        must_answer_now: false,
    };
    for requested in &delayed.partitions {
        let begin = result.pieces.len();
        let read = read_one(engine, context, delayed, requested, &mut result);
        let pieces = begin..result.pieces.len();
        let found = match read {
            Ok((offsets, aborted, diverging)) => {
                PartitionRead { code: ErrorCode::None, offsets: Some(offsets), aborted, diverging, pieces }
            }
            Err(code) => PartitionRead {
                code: in_version(code, context.version),
                offsets: None,
                aborted: Vec::new(),
                diverging: EpochEndOffset::default(),
                pieces,
            },
        };
        result.must_answer_now |= found.code != ErrorCode::None || found.diverging != EpochEndOffset::default();
        result.found.push(found);
    }
    result
}

fn read_one(
    engine: &Engine,
    context: &RequestContext<'_>,
    delayed: &DelayedFetch,
    requested: &FetchPartition,
    result: &mut ReadResult,
) -> Result<(Offsets, Vec<log::AbortedTransaction>, EpochEndOffset), ErrorCode> {
    let partition = find_partition(engine, context, requested)?;
    // Any negative epoch means none here.
    check_leader_epoch(requested.current_leader_epoch.max(NO_EPOCH))?;
    if delayed.limits.is_follower {
        return Err(ErrorCode::NotLeaderOrFollower);
    }
    if requested.last_fetched_epoch >= 0 {
        let end = partition.offsets().high_watermark;
        if requested.last_fetched_epoch > LEADER_EPOCH {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        if end < requested.fetch_offset {
            let diverging = EpochEndOffset { epoch: LEADER_EPOCH, end_offset: end };
            return Ok((partition.offsets(), Vec::new(), diverging));
        }
    }
    let left = delayed.limits.bytes_max.saturating_sub(result.bytes);
    let bytes_max = requested.bytes_max.min(left);
    let held_max = HELD_MAX.saturating_sub(result.held);
    let limits = ReadLimits { bytes_max, at_least_one: result.bytes == 0, held_max };
    let read = partition.read_as(delayed.limits.isolation, requested.fetch_offset, limits, &mut result.pieces)?;
    result.bytes += read.bytes;
    if read.bytes <= held_max {
        result.held += read.bytes;
    }
    Ok((read.offsets, read.aborted, EpochEndOffset::default()))
}

fn answer(context: &RequestContext<'_>, delayed: &DelayedFetch, result: &ReadResult) -> Outcome<DelayedFetch> {
    let mut responses: Vec<FetchableTopicResponse<'_>> = Vec::new();
    let mut session = delayed.session.as_deref().map(crate::sync::lock);
    let (mut sent, mut served) = (Vec::new(), BTreeSet::new());
    for (requested, found) in delayed.partitions.iter().zip(&result.found) {
        let now = sent_by(found);
        if session.is_some() {
            let key = (requested.topic.clone(), requested.topic_id, requested.partition);
            if !found.pieces.is_empty() {
                served.insert(key.clone());
            }
            sent.push((key, now));
        }
        let nothing_new = found.code == ErrorCode::None
            && found.pieces.is_empty()
            && found.diverging == EpochEndOffset::default()
            && now == requested.last_sent;
        if delayed.incremental && nothing_new {
            continue;
        }
        let data = to_response(requested, found, delayed.limits, result);
        match responses.last_mut().filter(|last| is_of(last, requested)) {
            Some(last) => last.partitions.push(data),
            None => responses.push(FetchableTopicResponse {
                topic: &requested.topic,
                topic_id: requested.topic_id,
                partitions: vec![data],
            }),
        }
    }
    if let Some(session) = &mut session {
        session.record_response(sent.into_iter(), &served);
    }
    let session_id = session.as_ref().map_or(0, |session| session.id);
    drop(session);
    let response = FetchResponse { session_id, responses, ..FetchResponse::default() };
    context.reply(|writer, version| response.encode(writer, version))
}

/// Returns what the response tells of a partition. An error is sent again until it is over, so it counts as nothing
/// sent.
fn sent_by(found: &PartitionRead) -> LastSent {
    match found.offsets {
        Some(offsets) => LastSent { high_watermark: offsets.high_watermark, log_start: offsets.log_start },
        None => LastSent::NOTHING,
    }
}

fn is_of(response: &FetchableTopicResponse<'_>, requested: &FetchPartition) -> bool {
    *response.topic == *requested.topic && response.topic_id == requested.topic_id
}

fn aborted(transaction: &log::AbortedTransaction) -> AbortedTransaction {
    AbortedTransaction { producer_id: transaction.producer_id, first_offset: transaction.first_offset }
}

fn to_response<'a>(
    requested: &FetchPartition,
    found: &PartitionRead,
    limits: Limits,
    result: &'a ReadResult,
) -> PartitionData<'a> {
    let nothing = PartitionData {
        partition_index: requested.partition,
        error_code: found.code.code(),
        high_watermark: -1,
        // As in Kafka: an empty list for an unknown partition, null for a failed read.
        aborted_transactions: match found.code {
            ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId => Some(Vec::new()),
            _ => None,
        },
        ..PartitionData::default()
    };
    let Some(offsets) = found.offsets else { return nothing };
    PartitionData {
        high_watermark: if bugs::planted(Bug::LowHighWatermark) {
            requested.fetch_offset
        } else {
            offsets.high_watermark
        },
        last_stable_offset: offsets.last_stable,
        log_start_offset: offsets.log_start,
        diverging_epoch: found.diverging.clone(),
        aborted_transactions: (limits.isolation == Isolation::ReadCommitted)
            .then(|| found.aborted.iter().map(aborted).collect()),
        records: Some(Records::Parts(&result.pieces[found.pieces.clone()])),
        ..nothing
    }
}

#[cfg(test)]
mod tests;
