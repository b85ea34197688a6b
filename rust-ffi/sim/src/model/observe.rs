//! Observes requests and responses between the network and the engine.

use wire::{
    ErrorCode,
    message::{
        Reader, Records, Request, create_partitions_response::CreatePartitionsResponse,
        create_topics_response::CreateTopicsResponse, delete_records_response::DeleteRecordsResponse,
        delete_topics_response::DeleteTopicsResponse, fetch_response::FetchResponse,
        incremental_alter_configs_response::IncrementalAlterConfigsResponse, join_group_response::JoinGroupResponse,
        list_offsets_response::ListOffsetsResponse, offset_commit_response::OffsetCommitResponse,
        offset_fetch_response::OffsetFetchResponse, produce_response::ProduceResponse,
        sync_group_response::SyncGroupResponse,
    },
};

use super::{Checker, Model, TRANSACTIONS, logs::TopicModel};
use crate::records::{number_of, read_batches};

const OK: i16 = ErrorCode::None.code();
/// ListOffsets: behind the last record.
const LATEST: i64 = -1;

impl Model {
    fn name_of(&self, name: &str, id: wire::Uuid) -> Option<String> {
        if !name.is_empty() {
            return Some(name.to_owned());
        }
        self.topics.iter().find(|(_, topic)| topic.id == id).map(|(name, _)| name.clone())
    }

    /// Observes a request before the engine handles it: its effects are possible even without a response.
    pub(crate) fn arrives(&mut self, request: &Request<'_>) {
        match request {
            Request::CreateTopics(request) => {
                self.maybe_made.extend(request.topics.iter().map(|topic| topic.name.to_owned()));
            }
            Request::DeleteTopics(request) => {
                let names = request.topics.iter().filter_map(|topic| topic.name).chain(request.topic_names.clone());
                for name in names {
                    if let Some(book) = self.topics.get_mut(name) {
                        book.maybe_gone = true;
                    }
                }
            }
            Request::CreatePartitions(request) => {
                for topic in &request.topics {
                    if let Some(book) = self.topics.get_mut(topic.name) {
                        book.maybe_partitions = book.maybe_partitions.max(topic.count as usize);
                    }
                }
            }
            Request::SyncGroup(request) => {
                let plan = request.assignments.iter().map(|one| (one.member_id.to_owned(), one.assignment.to_vec()));
                self.planned(request.group_id, request.generation_id, plan.collect());
            }
            Request::OffsetCommit(request) => {
                for topic in &request.topics {
                    for part in &topic.partitions {
                        let key = (topic.name.to_owned(), part.partition_index);
                        self.committing(request.group_id, key, part.committed_offset);
                    }
                }
            }
            _ => {}
        }
    }

    /// Observes a response. `body` is the response without its header.
    pub(crate) fn leaves(&mut self, request: &Request<'_>, version: i16, body: &[u8]) {
        let reader = &mut Reader::new(body);
        let read = match request {
            Request::Produce(asked) => ProduceResponse::decode(reader, version).map(|r| self.produced(asked, &r)),
            Request::Fetch(_) => FetchResponse::decode(reader, version).map(|response| self.fetched(&response)),
            Request::ListOffsets(asked) => ListOffsetsResponse::decode(reader, version).map(|response| {
                for (asked, topic) in asked.topics.iter().zip(&response.topics) {
                    for (asked, part) in asked.partitions.iter().zip(&topic.partitions) {
                        if asked.timestamp == LATEST && part.error_code == OK {
                            self.ends(topic.name, part.partition_index, None, part.offset);
                        }
                    }
                }
            }),
            Request::CreateTopics(_) => CreateTopicsResponse::decode(reader, version).map(|response| {
                for topic in response.topics.iter().filter(|topic| topic.error_code == OK) {
                    self.count("topics made");
                    self.maybe_made.remove(topic.name);
                    let book = TopicModel::new(topic.name, topic.topic_id, topic.num_partitions as usize);
                    if self.topics.insert(topic.name.to_owned(), book).is_some() {
                        self.fail(Checker::Topics, format!("{} was there, and is made again", topic.name));
                    }
                }
            }),
            Request::DeleteTopics(_) => DeleteTopicsResponse::decode(reader, version).map(|response| {
                for topic in &response.responses {
                    self.deleted(topic.name.unwrap_or_default(), topic.error_code);
                }
            }),
            Request::CreatePartitions(asked) => CreatePartitionsResponse::decode(reader, version).map(|response| {
                for result in response.results.iter().filter(|result| result.error_code == OK) {
                    let asked = asked.topics.iter().find(|topic| topic.name == result.name);
                    if let (Some(asked), Some(book)) = (asked, self.topics.get_mut(result.name)) {
                        book.grow(asked.count as usize);
                        self.count("topics grown");
                    }
                }
            }),
            Request::DeleteRecords(_) => DeleteRecordsResponse::decode(reader, version).map(|response| {
                for topic in &response.topics {
                    for part in topic.partitions.iter().filter(|part| part.error_code == OK) {
                        self.count("records deleted");
                        self.begins(topic.name, part.partition_index, part.low_watermark);
                    }
                }
            }),
            Request::JoinGroup(asked) => JoinGroupResponse::decode(reader, version).map(|response| {
                if response.error_code == OK {
                    self.count("joins");
                    self.joined(asked.group_id, response.generation_id);
                }
            }),
            Request::SyncGroup(asked) => SyncGroupResponse::decode(reader, version).map(|response| {
                if response.error_code == OK {
                    self.count("assignments");
                    self.assigned(asked.group_id, asked.generation_id, asked.member_id, response.assignment);
                }
            }),
            Request::OffsetCommit(asked) => OffsetCommitResponse::decode(reader, version).map(|response| {
                for (asked_topic, topic) in asked.topics.iter().zip(&response.topics) {
                    for (part, answer) in asked_topic.partitions.iter().zip(&topic.partitions) {
                        let taken = match ErrorCode::from_code(answer.error_code) {
                            Some(ErrorCode::None) => {
                                self.count("commits");
                                Some(true)
                            }
                            Some(ErrorCode::CoordinatorNotAvailable) => None,
                            _ => Some(false),
                        };
                        let key = (topic.name.to_owned(), part.partition_index);
                        self.committed(asked.group_id, key, part.committed_offset, taken);
                    }
                }
            }),
            Request::OffsetFetch(asked) => OffsetFetchResponse::decode(reader, version).map(|response| {
                // Up to version 7 there is one group.
                for topic in &response.topics {
                    for part in topic.partitions.iter().filter(|part| part.error_code == OK) {
                        let key = (topic.name.to_owned(), part.partition_index);
                        self.commit_is(asked.group_id, key, part.committed_offset);
                    }
                }
            }),
            Request::IncrementalAlterConfigs(_) => {
                IncrementalAlterConfigsResponse::decode(reader, version).map(|response| {
                    for _ in response.responses.iter().filter(|response| response.error_code == OK) {
                        self.count("configs altered");
                    }
                })
            }
            _ => Ok(()),
        };
        if let Err(e) = read {
            self.fail(Checker::Order, format!("an answer cannot be read: {e}: {request:?}"));
        }
    }

    fn produced(&mut self, asked: &wire::message::produce_request::ProduceRequest<'_>, response: &ProduceResponse<'_>) {
        if asked.acks == 0 {
            self.fail(Checker::Order, "a produce with acks=0 is answered".to_owned());
        }
        for (asked_topic, topic) in asked.topic_data.iter().zip(&response.responses) {
            let Some(name) = self.name_of(topic.name, topic.topic_id) else { continue };
            for (part, answer) in asked_topic.partition_data.iter().zip(&topic.partition_responses) {
                let number = number_of(part.records.unwrap_or_default());
                if let (OK, Some(number)) = (answer.error_code, number) {
                    self.acknowledged(&name, part.index, number, answer.base_offset);
                }
            }
        }
    }

    fn fetched(&mut self, response: &FetchResponse<'_>) {
        for topic in &response.responses {
            let Some(name) = self.name_of(topic.topic, topic.topic_id).filter(|name| name != TRANSACTIONS) else {
                continue;
            };
            for part in topic.partitions.iter().filter(|part| part.error_code == OK) {
                let bytes = match part.records {
                    Some(Records::Whole(bytes)) => bytes,
                    _ => &[],
                };
                let log_start = Some(part.log_start_offset).filter(|start| *start >= 0);
                self.ends(&name, part.partition_index, log_start, part.high_watermark);
                match read_batches(bytes) {
                    Ok(batches) => {
                        if batches.last().is_some_and(|last| last.last >= part.high_watermark) {
                            let what = format!("{name}-{}: records beyond the high watermark", part.partition_index);
                            self.fail(Checker::Watermark, what);
                        }
                        self.given(&name, part.partition_index, &batches);
                    }
                    Err(e) => self.fail(Checker::Reader, format!("{name}-{}: {e}", part.partition_index)),
                }
            }
        }
    }

    fn deleted(&mut self, name: &str, error_code: i16) {
        let Some(book) = self.topics.get_mut(name) else {
            if error_code == OK {
                self.fail(Checker::Topics, format!("{name} is deleted, and was not there"));
            }
            return;
        };
        match ErrorCode::from_code(error_code) {
            Some(ErrorCode::None) => {
                self.gone.insert(book.id);
                self.count("topics deleted");
                self.topics.remove(name);
                self.unacknowledge(name);
                self.uncommit(name);
            }
            Some(ErrorCode::UnknownTopicOrPartition) if !book.deletion_failed => {
                self.fail(Checker::Topics, format!("{name} is there, and cannot be deleted"));
            }
            // A disk that failed: it may be gone from here on, and after a restart.
            _ => {
                book.deletion_failed = true;
                self.maybe_uncommit(name);
            }
        }
    }
}
