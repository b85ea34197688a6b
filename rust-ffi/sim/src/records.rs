//! Records of the fake producers. A value names its batch and its index in it, so that the model can check what is
//! read.

use wire::batch::{self, Batch};

/// Length of the mark in front of a value: batch number and index.
const MARK: usize = 12;
const FILLING: [u8; 2_048] = [b'.'; 2_048];

/// A batch as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    /// Key of each record.
    pub(crate) keys: Vec<Option<u8>>,
    /// Batches of one line are sent in the order of their numbers.
    pub(crate) line: u64,
    /// It may be in the log at most once.
    pub(crate) once: bool,
    pub(crate) acked: Option<i64>,
}

/// A record as read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) offset: i64,
    pub(crate) batch: usize,
    pub(crate) place: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Producer {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
    pub(crate) sequence: i32,
}

pub(crate) fn build(number: usize, sent: &Sent, filling: usize, timestamp: i64, producer: Option<Producer>) -> Vec<u8> {
    let keys: Vec<Option<[u8; 2]>> = sent.keys.iter().map(|key| key.map(|key| [b'k', key])).collect();
    let values: Vec<Vec<u8>> = (0..keys.len() as u32)
        .map(|place| {
            let mut value = (number as u64).to_be_bytes().to_vec();
            value.extend(place.to_be_bytes());
            value.extend(&FILLING[..filling.min(FILLING.len())]);
            value
        })
        .collect();
    let pairs: Vec<batch::Pair<'_>> =
        keys.iter().zip(&values).map(|(key, value)| (key.as_ref().map(|key| &key[..]), Some(&value[..]))).collect();
    let mut bytes = batch::build(&pairs, timestamp);
    if let Some(producer) = producer {
        // Field positions: Kafka's `DefaultRecordBatch`.
        bytes[43..51].copy_from_slice(&producer.id.to_be_bytes());
        bytes[51..53].copy_from_slice(&producer.epoch.to_be_bytes());
        bytes[53..57].copy_from_slice(&producer.sequence.to_be_bytes());
        let crc = batch::crc(&bytes[21..]);
        bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    }
    bytes
}

/// A batch of a transaction, whose number is the value of its only record.
pub(crate) fn build_transactional(number: u64, timestamp: i64, producer: Producer) -> Vec<u8> {
    let value = number.to_be_bytes();
    let mut bytes = batch::build_transactional(&[(None, Some(&value))], timestamp, producer.id, producer.epoch);
    bytes[53..57].copy_from_slice(&producer.sequence.to_be_bytes());
    let crc = batch::crc(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// Returns the batch number in the bytes of a producer.
pub(crate) fn number_of(bytes: &[u8]) -> Option<usize> {
    let (batch, _) = Batch::first(bytes).ok()?;
    read_batch(&batch).ok()?.first().map(|read| read.batch)
}

pub(crate) fn read_batch(batch: &Batch<'_>) -> Result<Vec<Read>, String> {
    let mut reads = Vec::with_capacity(usize::try_from(batch.record_count()).unwrap_or(0).min(1_000));
    for record in wire::record::Records::new(batch.record_bytes(), batch.record_count()) {
        let record = record.map_err(|e| format!("a record at {} cannot be read: {e}", batch.base_offset()))?;
        let offset = batch.base_offset() + i64::from(record.offset_delta);
        let mark = record.value.filter(|value| value.len() >= MARK);
        let mark = mark.ok_or_else(|| format!("the record at {offset} was never sent"))?;
        let number = u64::from_be_bytes(mark[..8].try_into().expect("eight bytes"));
        let place = u32::from_be_bytes(mark[8..MARK].try_into().expect("four bytes"));
        reads.push(Read { offset, batch: number as usize, place });
    }
    Ok(reads)
}

/// One batch as read back: its offsets and records.
#[derive(Debug)]
pub(crate) struct ReadBatch {
    pub(crate) base: i64,
    pub(crate) last: i64,
    pub(crate) reads: Vec<Read>,
}

/// Parses whole, valid batches.
pub(crate) fn read_batches(mut bytes: &[u8]) -> Result<Vec<ReadBatch>, String> {
    let mut batches = Vec::new();
    while !bytes.is_empty() {
        let (batch, rest) = Batch::first(bytes).map_err(|e| format!("a batch is not sound: {e}"))?;
        let found = ReadBatch { base: batch.base_offset(), last: batch.last_offset(), reads: read_batch(&batch)? };
        let inside = |read: &Read| (found.base..=found.last).contains(&read.offset);
        let grows = found.reads.windows(2).all(|pair| pair[0].offset < pair[1].offset);
        if !grows || !found.reads.iter().all(inside) {
            return Err(format!("the offsets in the batch at {} are not in order", found.base));
        }
        batches.push(found);
        bytes = rest;
    }
    Ok(batches)
}
