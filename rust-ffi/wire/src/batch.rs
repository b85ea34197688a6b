//! Record batches (magic 2) in place: read, validated and patched with their offsets, never re-encoded.

mod build;
mod check;
mod marker;
mod patch;

pub use build::{Pair, build, build_transactional};
pub use check::{BatchError, RecordStats, VerifiedBatch};
pub use marker::{Marker, build_marker};
pub use patch::{
    set_base_offset, set_create_time, set_leader_epoch, set_log_append_time, with_compression, with_records,
};

use crate::inflate::{self, Compression};
use crate::record::RecordError;
use std::borrow::Cow;

/// Length of the batch header.
pub const HEADER: usize = 61;
/// Length of base offset and length field, which the length does not count.
pub const LOG_OVERHEAD: usize = 12;

/// Field positions (`org.apache.kafka.common.record.DefaultRecordBatch`).
mod at {
    pub const BASE_OFFSET: usize = 0;
    pub const LENGTH: usize = 8;
    pub const LEADER_EPOCH: usize = 12;
    pub const MAGIC: usize = 16;
    pub const CRC: usize = 17;
    /// First byte covered by the checksum: offset and epoch can be set without it.
    pub const ATTRIBUTES: usize = 21;
    pub const LAST_OFFSET_DELTA: usize = 23;
    pub const BASE_TIMESTAMP: usize = 27;
    pub const MAX_TIMESTAMP: usize = 35;
    pub const PRODUCER_ID: usize = 43;
    pub const PRODUCER_EPOCH: usize = 51;
    pub const BASE_SEQUENCE: usize = 53;
    pub const RECORD_COUNT: usize = 57;
}

/// Returns the checksum of the bytes that follow its field.
pub fn crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}

/// A whole batch with valid length, magic and checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch<'a> {
    bytes: &'a [u8],
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $type:ident at $at:ident,)*) => {
        $($(#[$doc])* pub fn $name(&self) -> $type {
            let field = &self.bytes[at::$at..at::$at + size_of::<$type>()];
            $type::from_be_bytes(field.try_into().expect("sliced to its size"))
        })*
    };
}

impl<'a> Batch<'a> {
    /// Parses a produced batch: exactly one batch, validated as Kafka does before it reads the records. See
    /// [`Batch::check_records`] for those.
    pub fn parse(bytes: &'a [u8]) -> Result<Batch<'a>, BatchError> {
        check::produced(bytes)
    }

    /// Runs [`Batch::parse`] and, unless the batch is compressed, [`Batch::check_records`] in one pass over chunks that
    /// stay in the cache. `copy` gets each chunk as soon as it is summed; the copy is useless if this fails.
    pub fn parse_chunks(bytes: &'a [u8], copy: impl FnMut(&'a [u8])) -> Result<VerifiedBatch<'a>, BatchError> {
        check::produced_in_chunks(bytes, copy)
    }

    /// Runs the part of [`Batch::parse`] before the checksum: length, magic, and that it is one batch at offset 0.
    pub fn check_single_batch(bytes: &[u8]) -> Result<(), BatchError> {
        check::single_batch(bytes).map(drop)
    }

    /// Producer id and epoch of an unchecked batch that claims to be transactional. Kafka checks this before the
    /// checksum.
    pub fn transaction_claimed(bytes: &[u8]) -> Option<(i64, i16)> {
        let batch = check::split(bytes).ok().map(|(bytes, _)| Batch { bytes });
        batch.filter(Batch::is_transactional).map(|batch| (batch.producer_id(), batch.producer_epoch()))
    }

    /// Returns whether an unchecked batch claims to be compressed.
    pub fn claims_compression(bytes: &[u8]) -> bool {
        check::split(bytes).is_ok_and(|(bytes, _)| Batch { bytes }.compression() != Some(Compression::None))
    }

    /// Returns whether an unchecked batch claims to be compressed with zstd. Kafka checks this before the checksum.
    pub fn claims_zstd(bytes: &[u8]) -> bool {
        check::split(bytes).is_ok_and(|(bytes, _)| Batch { bytes }.compression() == Some(Compression::Zstd))
    }

    /// Parses the first batch of a log and returns the rest. Checks magic, length and checksum; accepts what producers
    /// may not send (control batches, offsets, gaps of compaction).
    pub fn first(bytes: &'a [u8]) -> Result<(Batch<'a>, &'a [u8]), BatchError> {
        check::first(bytes)
    }

    /// Wraps a batch that was validated on append.
    pub fn stored(bytes: &'a [u8]) -> Batch<'a> {
        assert!(bytes.len() >= HEADER, "not a whole batch");
        Batch { bytes }
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    fields! {
        base_offset: i64 at BASE_OFFSET,
        /// -1 until the broker sets it.
        leader_epoch: i32 at LEADER_EPOCH,
        attributes: i16 at ATTRIBUTES,
        last_offset_delta: i32 at LAST_OFFSET_DELTA,
        base_timestamp: i64 at BASE_TIMESTAMP,
        max_timestamp: i64 at MAX_TIMESTAMP,
        /// -1 if the producer is not idempotent.
        producer_id: i64 at PRODUCER_ID,
        producer_epoch: i16 at PRODUCER_EPOCH,
        base_sequence: i32 at BASE_SEQUENCE,
        record_count: i32 at RECORD_COUNT,
    }

    pub fn last_offset(&self) -> i64 {
        self.base_offset().wrapping_add(i64::from(self.last_offset_delta()))
    }

    /// Returns the codec; `None` for an unassigned number.
    pub fn compression(&self) -> Option<Compression> {
        Compression::from_attributes(self.attributes())
    }

    pub fn is_log_append_time(&self) -> bool {
        self.attributes() & 0x08 != 0
    }

    pub fn is_transactional(&self) -> bool {
        self.attributes() & 0x10 != 0
    }

    /// Returns whether it is a control batch, such as a transaction marker: written by brokers only.
    pub fn is_control(&self) -> bool {
        self.attributes() & 0x20 != 0
    }

    /// Returns the records as sent, possibly compressed.
    pub fn record_bytes(&self) -> &'a [u8] {
        &self.bytes[HEADER..]
    }

    /// Returns the records, inflated to at most `max` bytes; for [`crate::record::Records`].
    pub fn inflated(&self, max: usize) -> Result<Cow<'a, [u8]>, BatchError> {
        match self.compression().ok_or(BatchError::Compression)? {
            Compression::None => Ok(Cow::Borrowed(self.record_bytes())),
            other => Ok(Cow::Owned(
                inflate::to_vec(other, self.record_bytes(), max).map_err(|e| BatchError::Records(e.into()))?,
            )),
        }
    }

    /// Validates count, lengths and offsets of the records against the header. Inflates at most `max` bytes without
    /// keeping them.
    pub fn check_records(&self, max: usize) -> Result<RecordStats, BatchError> {
        check::records(self, max)
    }

    /// Returns the first matching record and reads no further. Inflated bytes are subtracted from `left` and not kept.
    pub fn find(
        &self,
        left: &mut usize,
        is_it: impl FnMut(&crate::record::Outline) -> bool,
    ) -> Result<Option<crate::record::Outline>, BatchError> {
        check::find(self, left, is_it)
    }

    /// Calls `see` for each record, for what [`Batch::check_records`] does not return.
    pub fn walk(
        &self,
        max: usize,
        see: impl FnMut(crate::record::Outline) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        check::walk(self, max, see)
    }
}

impl From<inflate::InflateError> for RecordError {
    fn from(error: inflate::InflateError) -> Self {
        RecordError::Inflate(error)
    }
}

#[cfg(test)]
mod tests;
