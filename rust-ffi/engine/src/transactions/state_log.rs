//! `__transaction_state`: the internal topic.

use std::{collections::BTreeMap, io, sync::Arc};

use wire::ErrorCode;

use crate::{Engine, Topic, TopicError, configs::TopicConfig};

pub(crate) const TRANSACTIONS_TOPIC: &str = "__transaction_state";

/// Creates the topic if it does not exist, as Kafka does on the first request for a coordinator of transactions.
pub(crate) fn prepare(engine: &Engine) -> Result<(), ErrorCode> {
    if engine.topics.get(TRANSACTIONS_TOPIC).is_some() {
        return Ok(());
    }
    create(engine).map(drop).map_err(|_| ErrorCode::CoordinatorNotAvailable)
}

/// Kafka: `TransactionStateManager.transactionTopicConfigs`.
fn create(engine: &Engine) -> io::Result<Arc<Topic>> {
    let segment_bytes = engine.configs.int("transaction.state.log.segment.bytes").to_string();
    let configs = BTreeMap::from(
        [
            ("cleanup.policy", "compact"),
            ("compression.type", "uncompressed"),
            ("min.insync.replicas", "1"),
            ("segment.bytes", &segment_bytes),
            ("unclean.leader.election.enable", "false"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let _held = engine.configs.read_lock();
    let config = TopicConfig::new(&engine.configs, configs).map_err(|e| io::Error::other(e.0))?;
    match engine.create_topic(TRANSACTIONS_TOPIC, Some(partition_count(engine)), config) {
        Ok(topic) => Ok(topic),
        Err(TopicError::Exists(_)) => {
            engine.topics.get(TRANSACTIONS_TOPIC).ok_or_else(|| io::ErrorKind::NotFound.into())
        }
        Err(e) => Err(io::Error::other(e.to_string())),
    }
}

/// The number of partitions of a new topic.
pub(super) fn partition_count(engine: &Engine) -> i32 {
    engine.configs.int("transaction.state.log.num.partitions").clamp(1, 1_000) as i32
}

/// How large the record of an id may be.
pub(super) fn record_max(engine: &Engine) -> usize {
    let topic = engine.topics.get(TRANSACTIONS_TOPIC);
    topic.map_or(0, |topic| usize::try_from(topic.config().max_message_bytes).unwrap_or(0))
}
