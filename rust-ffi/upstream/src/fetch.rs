//! Fetch: waits without polling, checks offsets against the log's range, and does not let a reader pass a batch that is
//! still being written. It calls the storage directly, because upstream's service sleeps during the wait.

mod holes;
mod plan;
mod read;

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until, timeout_at};
use wire::{
    ErrorCode, Uuid,
    message::{
        Records,
        fetch_response::{FetchResponse, FetchableTopicResponse, PartitionData},
    },
};

use crate::{
    Reply, Shared,
    answer::{Request, reply},
    waiters::Ticket,
};
use plan::Plan;
use read::{Look, Part};

pub(crate) use holes::Holes;

/// Interval of reads by a waiting fetch if other brokers may append.
const SHARED_POLL: Duration = Duration::from_millis(500);
/// Time for the storage beyond the client's maximum wait. Clients' own timeouts are longer.
const OVERTIME: Duration = Duration::from_secs(8);

pub(crate) async fn answer(inner: Arc<Shared>, request: Request) -> Reply {
    let plan = match Plan::new(&request) {
        Ok(plan) => Arc::new(plan),
        Err(e) => return Reply::Close(format!("Fetch is malformed: {e}")),
    };
    if plan.unknown_session {
        return top_level(&request, ErrorCode::FetchSessionIdNotFound);
    }
    let deadline = Instant::now() + plan.max_wait;
    let looking = inner.clone();
    let planned = plan.clone();
    let names = match inner.tasks.run(async move { read::names(&looking, &planned).await }).await {
        Ok(names) => Arc::new(names),
        Err(panicked) => return reply(&inner, Err(panicked)),
    };
    // The ticket is registered before the read, so that a later append wakes this fetch.
    let ticket = inner.waiters.register(plan.partitions(&names));
    loop {
        let look = inner.tasks.run(read::look(inner.clone(), plan.clone(), names.clone()));
        let look = match timeout_at(deadline + OVERTIME, look).await {
            Ok(Ok(look)) => look,
            Ok(Err(panicked)) => return reply(&inner, Err(panicked)),
            Err(_) => {
                tracing::warn!("a fetch was answered without records: the storage takes too long");
                return respond(&request, &plan, &Look::without_offsets(&plan));
            }
        };
        let enough = look.bytes >= plan.min_bytes || look.answers_at_once() || Instant::now() >= deadline;
        if enough || !woken(&inner, &ticket, &look, deadline).await {
            return respond(&request, &plan, &look);
        }
    }
}

/// Waits for a change; returns false when the time is over.
async fn woken(inner: &Shared, ticket: &Ticket, look: &Look, deadline: Instant) -> bool {
    let poll = Instant::now() + SHARED_POLL;
    let polls = inner.traits.shared || look.waits_for_a_hole;
    tokio::select! {
        biased;
        () = inner.stop.cancelled() => false,
        () = ticket.changed() => true,
        () = sleep_until(deadline) => false,
        () = sleep_until(poll), if polls && poll < deadline => true,
    }
}

fn top_level(request: &Request, code: ErrorCode) -> Reply {
    let response = FetchResponse { error_code: code.code(), ..FetchResponse::default() };
    request.reply(|w| response.encode(w, request.version))
}

fn respond(request: &Request, plan: &Plan, look: &Look) -> Reply {
    let mut parts = look.parts.iter();
    let topics = plan.topics.iter().map(|topic| FetchableTopicResponse {
        topic: topic.name.as_deref().unwrap_or_default(),
        topic_id: Uuid(topic.id),
        partitions: parts.by_ref().take(topic.partitions.len()).map(|part| partition(plan, part)).collect(),
    });
    let response = FetchResponse { responses: topics.collect(), ..FetchResponse::default() };
    request.reply(|w| response.encode(w, request.version))
}

fn partition<'a>(plan: &Plan, part: &'a Part) -> PartitionData<'a> {
    PartitionData {
        partition_index: part.index,
        error_code: part.error.code(),
        high_watermark: part.high_watermark,
        last_stable_offset: part.last_stable,
        log_start_offset: part.log_start,
        aborted_transactions: plan.committed_only.then(Vec::new),
        records: Some(Records::Slices(&part.batches)),
        ..PartitionData::default()
    }
}
