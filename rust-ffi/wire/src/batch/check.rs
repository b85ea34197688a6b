//! Validation of record batches, and the Kafka code of each error. Kafka: `ProduceRequest.validateRecords`,
//! `UnifiedLog.analyzeAndValidateRecords`, `LogValidator.validateBatch`.

use super::{Batch, HEADER, LOG_OVERHEAD, at};
use crate::inflate;
use crate::record::{self, RecordError};
use crate::{ErrorCode, inflate::InflateError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// No whole batch.
    Missing,
    /// More than one batch for one partition.
    Several,
    /// An impossible length.
    Length { length: i32 },
    /// An unknown message format.
    UnknownMagic { magic: i8 },
    /// Message formats 0 and 1, which Kafka 4 no longer accepts.
    OldMagic { magic: i8 },
    /// A wrong checksum.
    Crc { stored: u32, computed: u32 },
    /// A producer's batch starts at offset 0.
    BaseOffset { offset: i64 },
    /// The record count is not positive, or does not match the offsets.
    Count { records: i32, last_offset_delta: i32 },
    /// Only brokers write control batches.
    Control,
    /// A producer id without a sequence number.
    Sequence { sequence: i32 },
    /// An unassigned codec number.
    Compression,
    /// The records do not match the header.
    Records(RecordError),
    /// A record whose offset does not match its index.
    OffsetDelta { expected: i32, got: i32 },
}

impl core::fmt::Display for BatchError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BatchError::Missing => f.write_str("no whole record batch"),
            BatchError::Several => f.write_str("more than one record batch for one partition"),
            // These two use Kafka's messages.
            BatchError::Length { length: length @ ..LENGTH_MIN } => {
                write!(f, "Record size {length} is less than the minimum record overhead ({LENGTH_MIN})")
            }
            BatchError::UnknownMagic { magic } => write!(f, "Invalid magic found in record: {magic}"),
            BatchError::Length { length } => write!(f, "no record batch is {length} bytes long"),
            BatchError::OldMagic { magic } => write!(f, "only magic 2 is accepted, this is {magic}"),
            BatchError::Crc { stored, computed } => write!(f, "CRC-32C is {computed:#x}, the batch says {stored:#x}"),
            BatchError::BaseOffset { offset } => write!(f, "base offset is {offset}, not 0"),
            BatchError::Count { records, last_offset_delta } => {
                write!(f, "{records} records with a last offset delta of {last_offset_delta}")
            }
            BatchError::Control => f.write_str("clients may not write control records"),
            BatchError::Sequence { sequence } => write!(f, "a producer id with sequence number {sequence}"),
            BatchError::Compression => f.write_str("unknown compression"),
            BatchError::Records(error) => error.fmt(f),
            BatchError::OffsetDelta { expected, got } => {
                write!(f, "a record's offset delta is {got} instead of {expected}")
            }
        }
    }
}

impl std::error::Error for BatchError {}

impl From<RecordError> for BatchError {
    fn from(error: RecordError) -> Self {
        BatchError::Records(error)
    }
}

impl From<&BatchError> for ErrorCode {
    /// Maps to Kafka's codes, except for an unknown codec and for data that does not inflate: Kafka answers
    /// UNKNOWN_SERVER_ERROR, which clients retry until they give up.
    fn from(error: &BatchError) -> ErrorCode {
        match error {
            BatchError::Length { .. } | BatchError::UnknownMagic { .. } | BatchError::Crc { .. } => {
                ErrorCode::CorruptMessage
            }
            BatchError::Compression => ErrorCode::UnsupportedCompressionType,
            BatchError::Records(RecordError::Inflate(InflateError::TooLarge { .. })) => ErrorCode::MessageTooLarge,
            BatchError::Missing
            | BatchError::Several
            | BatchError::OldMagic { .. }
            | BatchError::BaseOffset { .. }
            | BatchError::Count { .. }
            | BatchError::Control
            | BatchError::Sequence { .. }
            | BatchError::Records(_)
            | BatchError::OffsetDelta { .. } => ErrorCode::InvalidRecord,
        }
    }
}

impl From<BatchError> for ErrorCode {
    fn from(error: BatchError) -> ErrorCode {
        ErrorCode::from(&error)
    }
}

/// Smallest value of the length field in any format.
const LENGTH_MIN: i32 = 14;

/// Splits off the first batch by length and magic, otherwise unchecked.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), BatchError> {
    let length = bytes.get(at::LENGTH..at::LENGTH + 4).ok_or(BatchError::Missing)?;
    let length = i32::from_be_bytes(length.try_into().expect("four bytes"));
    if length < LENGTH_MIN {
        return Err(BatchError::Length { length });
    }
    match bytes.get(at::MAGIC).map(|magic| *magic as i8) {
        None => return Err(BatchError::Missing),
        Some(2) => {}
        Some(magic @ (0 | 1)) => return Err(BatchError::OldMagic { magic }),
        Some(magic) => return Err(BatchError::UnknownMagic { magic }),
    }
    let (batch, rest) = bytes.split_at_checked(LOG_OVERHEAD + length as usize).ok_or(BatchError::Missing)?;
    if batch.len() < HEADER { Err(BatchError::Length { length }) } else { Ok((batch, rest)) }
}

fn crc(bytes: &[u8]) -> Result<(), BatchError> {
    same_crc(bytes, crc32c::crc32c(&bytes[at::ATTRIBUTES..]))
}

fn same_crc(bytes: &[u8], computed: u32) -> Result<(), BatchError> {
    let stored = u32::from_be_bytes(bytes[at::CRC..at::CRC + 4].try_into().expect("four bytes"));
    if stored == computed { Ok(()) } else { Err(BatchError::Crc { stored, computed }) }
}

pub(super) fn first(bytes: &[u8]) -> Result<(Batch<'_>, &[u8]), BatchError> {
    let (bytes, rest) = split(bytes)?;
    crc(bytes)?;
    Ok((Batch { bytes }, rest))
}

pub(super) fn produced(bytes: &[u8]) -> Result<Batch<'_>, BatchError> {
    let batch = single_batch(bytes)?;
    crc(batch.bytes)?;
    header(&batch)?;
    Ok(batch)
}

/// Runs the checks that precede the checksum.
pub(super) fn single_batch(bytes: &[u8]) -> Result<Batch<'_>, BatchError> {
    let (bytes, rest) = split(bytes)?;
    // Kafka drops the rest if it is no whole batch. No client sends that.
    if !rest.is_empty() {
        return Err(BatchError::Several);
    }
    let batch = Batch { bytes };
    if batch.base_offset() != 0 {
        return Err(BatchError::BaseOffset { offset: batch.base_offset() });
    }
    Ok(batch)
}

fn header(batch: &Batch<'_>) -> Result<(), BatchError> {
    let (records, last_offset_delta) = (batch.record_count(), batch.last_offset_delta());
    if records <= 0 || last_offset_delta != records - 1 {
        return Err(BatchError::Count { records, last_offset_delta });
    }
    if batch.is_control() {
        return Err(BatchError::Control);
    }
    if batch.producer_id() >= 0 && batch.base_sequence() < 0 {
        return Err(BatchError::Sequence { sequence: batch.base_sequence() });
    }
    batch.compression().ok_or(BatchError::Compression)?;
    Ok(())
}

/// Bytes summed, copied and walked at once: they stay in the second-level cache, with their copy.
const CHUNK: usize = 128 << 10;

/// A batch with valid header and checksum.
pub struct VerifiedBatch<'a> {
    pub batch: Batch<'a>,
    /// `None` if the records were not walked, as they are compressed.
    walked: Option<Result<RecordStats, BatchError>>,
}

impl VerifiedBatch<'_> {
    /// Returns the statistics of [`Batch::check_records`].
    pub fn record_stats(self, max: usize) -> Result<RecordStats, BatchError> {
        self.walked.unwrap_or_else(|| records(&self.batch, max))
    }
}

pub(super) fn produced_in_chunks<'a>(
    bytes: &'a [u8],
    mut copy: impl FnMut(&'a [u8]),
) -> Result<VerifiedBatch<'a>, BatchError> {
    let batch = single_batch(bytes)?;
    let header = header(&batch);
    let is_plain = header.is_ok() && batch.compression() == Some(inflate::Compression::None);
    let mut scan = RecordScan::at(&batch);
    let mut steps = is_plain.then(|| record::Steps::new(batch.record_bytes(), batch.record_count()));
    let mut broken = None;
    let (mut crc, mut rest) = (0, bytes.len());
    for chunk in bytes.chunks(CHUNK) {
        let is_first = rest == bytes.len();
        crc = crc32c::crc32c_append(crc, if is_first { &chunk[at::ATTRIBUTES..] } else { chunk });
        copy(chunk);
        rest -= chunk.len();
        if let Some(steps) = &mut steps
            && broken.is_none()
        {
            broken = steps.down_to(rest, &mut |outline| scan.add(outline)).err();
        }
    }
    // A wrong checksum takes precedence over every other error.
    same_crc(bytes, crc)?;
    header?;
    let walked = steps.map(|steps| match broken {
        Some(error) => Err(error),
        None => steps.end().map(|()| scan.stats).map_err(BatchError::from),
    });
    Ok(VerifiedBatch { batch, walked })
}

/// Statistics over the records of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordStats {
    /// At least one record has no key.
    pub keyless: bool,
    /// Smallest and largest timestamp of the records, whatever the header says.
    pub min_timestamp: i64,
    pub max_timestamp: i64,
}

impl RecordStats {
    /// Of one record that the broker has written itself.
    pub fn of_one(timestamp: i64) -> RecordStats {
        RecordStats { keyless: false, min_timestamp: timestamp, max_timestamp: timestamp }
    }
}

/// Validates offsets and collects statistics during a walk.
struct RecordScan {
    expected: i32,
    base_timestamp: i64,
    stats: RecordStats,
}

impl RecordScan {
    fn at(batch: &Batch<'_>) -> RecordScan {
        let stats = RecordStats { keyless: false, min_timestamp: i64::MAX, max_timestamp: i64::MIN };
        RecordScan { expected: 0, base_timestamp: batch.base_timestamp(), stats }
    }

    #[inline(always)]
    fn add(&mut self, outline: record::Outline) -> Result<(), BatchError> {
        // Kafka would renumber and rebuild the batch. A client with wrong offsets is broken, and storages trust
        // offsets.
        if outline.offset_delta != self.expected {
            return Err(BatchError::OffsetDelta { expected: self.expected, got: outline.offset_delta });
        }
        self.expected += 1;
        self.stats.keyless |= !outline.has_key;
        let timestamp = self.base_timestamp.wrapping_add(outline.timestamp_delta);
        self.stats.min_timestamp = self.stats.min_timestamp.min(timestamp);
        self.stats.max_timestamp = self.stats.max_timestamp.max(timestamp);
        Ok(())
    }
}

pub(super) fn records(batch: &Batch<'_>, max: usize) -> Result<RecordStats, BatchError> {
    let mut scan = RecordScan::at(batch);
    walk(batch, max, |outline| scan.add(outline))?;
    Ok(scan.stats)
}

pub(super) fn walk(
    batch: &Batch<'_>,
    max: usize,
    see: impl FnMut(record::Outline) -> Result<(), BatchError>,
) -> Result<(), BatchError> {
    walk_counted(batch, &mut { max }, see)
}

/// Walks over the records and subtracts inflated bytes from `left`.
fn walk_counted<E: From<BatchError> + From<RecordError>>(
    batch: &Batch<'_>,
    left: &mut usize,
    see: impl FnMut(record::Outline) -> Result<(), E>,
) -> Result<(), E> {
    match batch.compression().ok_or(BatchError::Compression)? {
        inflate::Compression::None => record::walk_bytes(batch.record_bytes(), batch.record_count(), see),
        compressed => {
            let mut inflated =
                inflate::reader(compressed, batch.record_bytes(), *left).map_err(RecordError::Inflate)?;
            let walked = record::walk(&mut inflated, batch.record_count(), see);
            *left = inflated.left();
            walked
        }
    }
}

pub(super) fn find(
    batch: &Batch<'_>,
    left: &mut usize,
    mut is_it: impl FnMut(&record::Outline) -> bool,
) -> Result<Option<record::Outline>, BatchError> {
    enum End {
        Found(record::Outline),
        Failed(BatchError),
    }
    impl From<BatchError> for End {
        fn from(error: BatchError) -> End {
            End::Failed(error)
        }
    }
    impl From<RecordError> for End {
        fn from(error: RecordError) -> End {
            End::Failed(error.into())
        }
    }
    let end = walk_counted(batch, left, |outline| if is_it(&outline) { Err(End::Found(outline)) } else { Ok(()) });
    match end {
        Ok(()) => Ok(None),
        Err(End::Found(outline)) => Ok(Some(outline)),
        Err(End::Failed(error)) => Err(error),
    }
}
