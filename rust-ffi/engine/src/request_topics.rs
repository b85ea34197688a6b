//! The topics that a request names, for the log.

use wire::{
    Uuid,
    message::{
        DecodeError, create_partitions_request::CreatePartitionsRequest, create_topics_request::CreateTopicsRequest,
        delete_records_request::DeleteRecordsRequest, delete_topics_request::DeleteTopicsRequest,
        describe_topic_partitions_request::DescribeTopicPartitionsRequest, fetch_request::FetchRequest,
        list_offsets_request::ListOffsetsRequest, metadata_request::MetadataRequest,
        offset_commit_request::OffsetCommitRequest, offset_fetch_request::OffsetFetchRequest,
        offset_for_leader_epoch_request::OffsetForLeaderEpochRequest, produce_request::ProduceRequest,
    },
};

use crate::{Engine, dispatch};

/// The first names, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestTopics {
    pub first: Vec<String>,
    pub count: usize,
}

impl RequestTopics {
    const SHOWN: usize = 3;

    fn add(&mut self, engine: &Engine, name: Option<&str>, id: Uuid) {
        self.count += 1;
        if self.first.len() < RequestTopics::SHOWN {
            let found = || engine.topics.get_by_id(id).map_or_else(|| id.to_string(), |topic| topic.name.clone());
            self.first.push(name.map_or_else(found, str::to_owned));
        }
    }
}

/// Decodes the request once more. One that is malformed, or names no topic, has none.
pub(crate) fn of(engine: &Engine, key: i16, version: i16, body: &[u8]) -> RequestTopics {
    let mut topics = RequestTopics::default();
    let mut add = |name: Option<&str>, id: Uuid| topics.add(engine, name, id);
    // What was decoded before the error is shown, too.
    let _ = for_each(key, version, body, &mut add);
    topics
}

/// A topic that is named by its id has no name.
fn for_each(key: i16, version: i16, body: &[u8], see: &mut dyn FnMut(Option<&str>, Uuid)) -> Result<(), DecodeError> {
    let reader = &mut dispatch::reader(key, body);
    let mut either = |name: &str, id: Uuid| see(Some(name).filter(|_| id.is_zero()), id);
    match key {
        0 => ProduceRequest::decode(reader, version)?.topic_data.iter().for_each(|t| either(t.name, t.topic_id)),
        1 => FetchRequest::decode(reader, version)?.topics.iter().for_each(|t| either(t.topic, t.topic_id)),
        2 => ListOffsetsRequest::decode(reader, version)?.topics.iter().for_each(|t| either(t.name, Uuid::ZERO)),
        3 => {
            let request = MetadataRequest::decode(reader, version)?;
            request.topics.iter().flatten().for_each(|t| see(t.name, t.topic_id));
        }
        8 => OffsetCommitRequest::decode(reader, version)?.topics.iter().for_each(|t| either(t.name, t.topic_id)),
        9 => {
            let request = OffsetFetchRequest::decode(reader, version)?;
            request.topics.iter().flatten().for_each(|t| either(t.name, Uuid::ZERO));
            let of_groups = request.groups.iter().flat_map(|group| group.topics.iter().flatten());
            of_groups.for_each(|t| either(t.name, t.topic_id));
        }
        19 => CreateTopicsRequest::decode(reader, version)?.topics.iter().for_each(|t| either(t.name, Uuid::ZERO)),
        20 => {
            let request = DeleteTopicsRequest::decode(reader, version)?;
            request.topic_names.iter().for_each(|name| see(Some(name), Uuid::ZERO));
            request.topics.iter().for_each(|t| see(t.name, t.topic_id));
        }
        21 => DeleteRecordsRequest::decode(reader, version)?.topics.iter().for_each(|t| either(t.name, Uuid::ZERO)),
        23 => {
            let request = OffsetForLeaderEpochRequest::decode(reader, version)?;
            request.topics.iter().for_each(|t| either(t.topic, Uuid::ZERO));
        }
        37 => CreatePartitionsRequest::decode(reader, version)?.topics.iter().for_each(|t| either(t.name, Uuid::ZERO)),
        75 => {
            let request = DescribeTopicPartitionsRequest::decode(reader, version)?;
            request.topics.iter().for_each(|t| either(t.name, Uuid::ZERO));
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wire::message::{
        Request,
        metadata_request::{MetadataRequest, MetadataRequestTopic},
    };

    use super::*;
    use crate::{Settings, testing::encoded};

    #[test]
    fn the_first_names_and_the_count_are_shown() {
        let engine = Engine::new(Settings::default());
        let known = engine.create("known", 1, Default::default()).unwrap();
        let by_id = MetadataRequestTopic { topic_id: known.id, name: None };
        let named = |name| MetadataRequestTopic { name: Some(name), ..Default::default() };
        let topics = Some(vec![named("a"), by_id, named("c"), named("d")]);
        let body = encoded(12, &Request::Metadata(MetadataRequest { topics, ..Default::default() }));
        let seen = of(&engine, 3, 12, &body);
        assert_eq!((seen.first, seen.count), (vec!["a".to_owned(), "known".to_owned(), "c".to_owned()], 4));
        assert_eq!(of(&engine, 3, 12, &body[..3]), RequestTopics::default());
        assert_eq!(of(&engine, 18, 0, &[]), RequestTopics::default());
    }
}
