//! What makes a batch acceptable, and the Kafka code of what does not. Kafka: `ProduceRequest.validateRecords`,
//! `UnifiedLog.analyzeAndValidateRecords`, `LogValidator.validateBatch`.

use super::{Batch, HEADER, LOG_OVERHEAD, at};
use crate::inflate;
use crate::record::{self, RecordError};
use crate::{ErrorCode, inflate::InflateError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// No whole batch is there.
    Missing,
    /// More than the one batch that a partition may be sent.
    Several,
    /// A length that no batch has.
    Length { length: i32 },
    /// No message format has this number.
    UnknownMagic { magic: i8 },
    /// Message formats 0 and 1: Kafka 4 does not take them any more.
    OldMagic { magic: i8 },
    /// The checksum is another one.
    Crc { stored: u32, computed: u32 },
    /// A producer's batch starts at offset 0.
    BaseOffset { offset: i64 },
    /// The record count is not positive, or not what the offsets say.
    Count { records: i32, last_offset_delta: i32 },
    /// Only brokers write control batches.
    Control,
    /// A producer id without a sequence number.
    Sequence { sequence: i32 },
    /// Kafka has not given this codec's number out.
    Compression,
    /// The records are not what the header says.
    Records(RecordError),
    /// A record's offset is not the one of its place.
    OffsetDelta { expected: i32, got: i32 },
}

impl core::fmt::Display for BatchError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BatchError::Missing => f.write_str("no whole record batch"),
            BatchError::Several => f.write_str("more than one record batch for one partition"),
            // These two as Kafka says them.
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
    /// Kafka's codes. It does not know two of them: an unknown codec is UNKNOWN_SERVER_ERROR there, data that will not
    /// inflate too, which clients send again until they give up.
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

/// The smallest message of any format, without what the length does not count.
const LENGTH_MIN: i32 = 14;

/// The first batch by its length and magic, unchecked otherwise.
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

/// What may be looked at before the checksum.
pub(super) fn single_batch(bytes: &[u8]) -> Result<Batch<'_>, BatchError> {
    let (bytes, rest) = split(bytes)?;
    // Kafka cuts off what is left if it is no whole batch. No client sends such a thing.
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

/// What is summed, copied and walked before the next is touched: it stays in the second-level cache, with its copy.
const CHUNK: usize = 128 << 10;

/// A batch whose header and checksum are right.
pub struct VerifiedBatch<'a> {
    pub batch: Batch<'a>,
    /// `None` if the records were not looked at: they are compressed.
    walked: Option<Result<RecordStats, BatchError>>,
}

impl VerifiedBatch<'_> {
    /// What [`Batch::check_records`] says.
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
    // A wrong checksum explains everything else that is wrong.
    same_crc(bytes, crc)?;
    header?;
    let walked = steps.map(|steps| match broken {
        Some(error) => Err(error),
        None => steps.end().map(|()| scan.stats).map_err(BatchError::from),
    });
    Ok(VerifiedBatch { batch, walked })
}

/// What [`Batch::check_records`] has seen on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordStats {
    /// At least one record has no key.
    pub keyless: bool,
    /// The smallest and the largest timestamp of the records, whatever the header says.
    pub min_timestamp: i64,
    pub max_timestamp: i64,
}

/// A walk's eyes.
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
        // Kafka would count anew and repack the batch. A client whose offsets are wrong is broken; storages that trust
        // them must not see them.
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

/// Takes what was inflated off `left`.
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
