//! The records of `__transaction_state` in Kafka's own form, so that Kafka's tools read them. Kafka: `TransactionLog`.

use std::sync::Arc;

use wire::{
    codec::{DecodeError, EncodeError, Reader, Writer},
    coordinator::{
        transaction_log_key::TransactionLogKey,
        transaction_log_value::{PartitionsSchema, TransactionLogValue},
    },
};

use super::metadata::{Partitions, TransactionMetadata, TransactionState};
use crate::coordinator::KeyValue;

/// With tagged fields, as Kafka writes it if `transaction.version` is 1 or more.
const VERSION: i16 = 1;

/// A record without a value deletes what its key names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransactionRecord {
    pub(crate) transactional_id: Arc<str>,
    pub(crate) value: Option<Arc<TransactionMetadata>>,
}

/// Kafka: `TransactionState.id`.
fn number_of(state: TransactionState) -> i8 {
    match state {
        TransactionState::Empty => 0,
        TransactionState::Ongoing => 1,
        TransactionState::PrepareCommit => 2,
        TransactionState::PrepareAbort => 3,
        TransactionState::CompleteCommit => 4,
        TransactionState::CompleteAbort => 5,
    }
}

pub(super) fn encode(record: &TransactionRecord) -> Result<KeyValue, EncodeError> {
    let mut key = Writer::new();
    key.i16(TransactionLogKey::KEY);
    TransactionLogKey { transactional_id: &record.transactional_id }.encode(&mut key, 0)?;
    let value = record.value.as_ref().map(|metadata| encode_value(metadata)).transpose()?;
    Ok((key.into_parts().concat(), value))
}

fn encode_value(metadata: &TransactionMetadata) -> Result<Vec<u8>, EncodeError> {
    let mut topics: Vec<PartitionsSchema<'_>> = Vec::new();
    for (topic, partition) in &metadata.partitions {
        match topics.last_mut().filter(|last| *last.topic == **topic) {
            Some(last) => last.partition_ids.push(*partition),
            None => topics.push(PartitionsSchema { topic, partition_ids: vec![*partition] }),
        }
    }
    let value = TransactionLogValue {
        producer_id: metadata.producer_id,
        previous_producer_id: metadata.previous_producer_id,
        next_producer_id: metadata.next_producer_id,
        next_producer_epoch: -1,
        producer_epoch: metadata.producer_epoch,
        transaction_timeout_ms: metadata.timeout_ms,
        transaction_status: number_of(metadata.state),
        // As in Kafka, an empty transaction has no list.
        transaction_partitions: (metadata.state != TransactionState::Empty).then_some(topics),
        transaction_last_update_timestamp_ms: metadata.update_ms,
        transaction_start_timestamp_ms: metadata.start_ms,
        client_transaction_version: metadata.client_version,
    };
    let mut writer = Writer::new();
    writer.i16(VERSION);
    value.encode(&mut writer, VERSION)?;
    Ok(writer.into_parts().concat())
}

/// Returns `None` for records of a kind that is not known.
pub(super) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<TransactionRecord>, DecodeError> {
    let reader = &mut Reader::new(key);
    if reader.i16()? != TransactionLogKey::KEY {
        return Ok(None);
    }
    let transactional_id = TransactionLogKey::decode(reader, 0)?.transactional_id.into();
    let value = value.map(decode_value).transpose()?.map(Arc::new);
    Ok(Some(TransactionRecord { transactional_id, value }))
}

fn decode_value(value: &[u8]) -> Result<TransactionMetadata, DecodeError> {
    let reader = &mut Reader::new(value);
    let version = reader.i16()?;
    if !TransactionLogValue::VERSIONS.contains(&version) {
        return Err(DecodeError::Version);
    }
    let value = TransactionLogValue::decode(reader, version)?;
    let is_its = |state: &TransactionState| number_of(*state) == value.transaction_status;
    let mut partitions = Partitions::new();
    for topic in value.transaction_partitions.iter().flatten() {
        let name: Arc<str> = topic.topic.into();
        partitions.extend(topic.partition_ids.iter().map(|partition| (name.clone(), *partition)));
    }
    Ok(TransactionMetadata {
        producer_id: value.producer_id,
        producer_epoch: value.producer_epoch,
        previous_producer_id: value.previous_producer_id,
        next_producer_id: value.next_producer_id,
        timeout_ms: value.transaction_timeout_ms,
        // Kafka never writes its other states.
        state: TransactionState::ALL.into_iter().find(is_its).ok_or(DecodeError::Version)?,
        partitions,
        start_ms: value.transaction_start_timestamp_ms,
        update_ms: value.transaction_last_update_timestamp_ms,
        client_version: value.client_transaction_version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(value: Option<TransactionMetadata>) {
        let record = TransactionRecord { transactional_id: "id".into(), value: value.map(Arc::new) };
        let (key, value) = encode(&record).unwrap();
        assert_eq!(decode(&key, value.as_deref()).unwrap(), Some(record));
    }

    #[test]
    fn a_transaction_is_read_as_it_was_written() {
        round_trip(None);
        let new = TransactionMetadata::new(7, 60_000, 5);
        let partitions = Partitions::from([("a".into(), 3), ("a".into(), 0), ("b".into(), 1)]);
        let open = new.initialized(0, 60_000, 6).with_partitions(partitions, 2, 8);
        let ending = open.prepared(true, 2, 9, 10);
        let done = ending.completed(11);
        assert_eq!((done.producer_id, done.producer_epoch, done.previous_producer_id), (9, 0, 7));
        for value in [new, open, ending, done] {
            round_trip(Some(value));
        }
    }

    #[test]
    fn other_records_are_passed_over_and_broken_ones_refused() {
        assert_eq!(decode(&[0, 1, 0, 1, b'i'], None).unwrap(), None);
        assert!(decode(&[0, 0, 0, 9, b'i'], None).is_err());
        assert!(decode(&[0, 0, 0, 1, b'i'], Some(&[0, 9])).is_err(), "of a version to come");
    }
}
