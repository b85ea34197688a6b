//! The partitions and limits of a Fetch, owned, so that they outlive the frame.

use std::{collections::HashMap, time::Duration};

use wire::message::{DecodeError, Reader, fetch_request::FetchRequest};

use crate::answer::Request;

/// Largest response, whatever the client allows.
const BYTES_MAX: usize = 50 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Plan {
    pub topics: Vec<TopicPlan>,
    pub max_wait: Duration,
    pub min_bytes: usize,
    pub max_bytes: usize,
    /// isolation.level=read_committed
    pub committed_only: bool,
    /// Whether the client continues a fetch session; this broker creates none.
    pub unknown_session: bool,
}

#[derive(Debug)]
pub(super) struct TopicPlan {
    /// Up to version 12; later versions have the id.
    pub name: Option<String>,
    pub id: [u8; 16],
    pub partitions: Vec<PartitionPlan>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct PartitionPlan {
    pub index: i32,
    pub offset: i64,
    pub max_bytes: usize,
    pub leader_epoch: i32,
}

impl Plan {
    pub(super) fn new(request: &Request) -> Result<Plan, DecodeError> {
        let body = FetchRequest::decode(&mut Reader::new(request.body()), request.version)?;
        Ok(Plan {
            topics: topics(&body, request.version),
            max_wait: Duration::from_millis(unsigned(body.max_wait_ms) as u64),
            min_bytes: unsigned(body.min_bytes),
            max_bytes: unsigned(body.max_bytes).min(BYTES_MAX),
            committed_only: body.isolation_level == 1,
            unknown_session: body.session_id != 0 || body.session_epoch > 0,
        })
    }

    /// Returns all partitions whose topic has a name.
    pub(super) fn partitions(&self, names: &[Option<String>]) -> Vec<(String, i32)> {
        let named = self.topics.iter().zip(names).filter_map(|(topic, name)| Some((topic, name.as_ref()?)));
        let keys = named.flat_map(|(topic, name)| topic.partitions.iter().map(|part| (name.clone(), part.index)));
        keys.collect()
    }
}

/// A partition that is requested twice is answered once, in its first place and with its last values (Kafka:
/// `FetchRequest.fetchData`, a LinkedHashMap).
fn topics(body: &FetchRequest<'_>, version: i16) -> Vec<TopicPlan> {
    let mut topics: Vec<TopicPlan> = Vec::with_capacity(body.topics.len());
    let mut places = HashMap::new();
    for topic in &body.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for partition in &topic.partitions {
            let plan = PartitionPlan {
                index: partition.partition,
                offset: partition.fetch_offset,
                max_bytes: unsigned(partition.partition_max_bytes),
                leader_epoch: partition.current_leader_epoch,
            };
            let here = (topics.len(), partitions.len());
            match *places.entry((topic.topic, topic.topic_id.0, plan.index)).or_insert(here) {
                place if place == here => partitions.push(plan),
                (at, place) if at == here.0 => partitions[place] = plan,
                (at, place) => topics[at].partitions[place] = plan,
            }
        }
        topics.push(TopicPlan {
            name: (version <= 12).then(|| topic.topic.to_owned()),
            id: topic.topic_id.0,
            partitions,
        });
    }
    topics.retain(|topic| !topic.partitions.is_empty());
    topics
}

fn unsigned(value: i32) -> usize {
    value.max(0) as usize
}
