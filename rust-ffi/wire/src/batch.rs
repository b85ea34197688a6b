//! A record batch (magic 2) as it lies in a Produce request and in the log: looked at in place, checked, and given its
//! offset in place. It is never re-encoded.

mod build;
mod check;
mod patch;

pub use build::{Pair, build};
pub use check::{BatchError, RecordStats, VerifiedBatch};
pub use patch::{set_base_offset, set_create_time, set_leader_epoch, set_log_append_time, with_records};

use crate::inflate::{self, Compression};
use crate::record::RecordError;
use std::borrow::Cow;

/// The bytes before the records.
pub const HEADER: usize = 61;
/// Base offset and length: what stands before the part that the length counts.
pub const LOG_OVERHEAD: usize = 12;

/// Where the fields lie (`org.apache.kafka.common.record.DefaultRecordBatch`).
mod at {
    pub const BASE_OFFSET: usize = 0;
    pub const LENGTH: usize = 8;
    pub const LEADER_EPOCH: usize = 12;
    pub const MAGIC: usize = 16;
    pub const CRC: usize = 17;
    /// The checksum covers everything from here on, so that offset and epoch can be set without it.
    pub const ATTRIBUTES: usize = 21;
    pub const LAST_OFFSET_DELTA: usize = 23;
    pub const BASE_TIMESTAMP: usize = 27;
    pub const MAX_TIMESTAMP: usize = 35;
    pub const PRODUCER_ID: usize = 43;
    pub const PRODUCER_EPOCH: usize = 51;
    pub const BASE_SEQUENCE: usize = 53;
    pub const RECORD_COUNT: usize = 57;
}

/// The checksum over what follows its field.
pub fn crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}

/// A whole batch whose length, magic and checksum have been checked.
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
    /// What a producer sent for one partition: exactly one batch, checked as Kafka checks it before it looks at the
    /// records. See [`Batch::check_records`] for those.
    pub fn parse(bytes: &'a [u8]) -> Result<Batch<'a>, BatchError> {
        check::produced(bytes)
    }

    /// [`Batch::parse`] and, unless they are compressed, [`Batch::check_records`] in one pass over pieces that stay in
    /// the cache. `copy` gets each chunk as soon as it was summed; what it has got is of no use if this fails.
    pub fn parse_chunks(bytes: &'a [u8], copy: impl FnMut(&'a [u8])) -> Result<VerifiedBatch<'a>, BatchError> {
        check::produced_in_chunks(bytes, copy)
    }

    /// The part of [`Batch::parse`] that comes before the checksum: the length, the magic, and that it is one batch
    /// which starts at offset 0.
    pub fn check_single_batch(bytes: &[u8]) -> Result<(), BatchError> {
        check::single_batch(bytes).map(drop)
    }

    /// Whether what a producer sent says that it belongs to a transaction. Kafka asks before it reads the batch, so a
    /// wrong checksum does not matter here.
    pub fn claims_transactional(bytes: &[u8]) -> bool {
        check::split(bytes).is_ok_and(|(bytes, _)| Batch { bytes }.is_transactional())
    }

    /// Whether what a producer sent has to be inflated to be looked at.
    pub fn claims_compression(bytes: &[u8]) -> bool {
        check::split(bytes).is_ok_and(|(bytes, _)| Batch { bytes }.compression() != Some(Compression::None))
    }

    /// Whether what a producer sent claims to be compressed with zstd. Kafka asks before it reads the batch.
    pub fn claims_zstd(bytes: &[u8]) -> bool {
        check::split(bytes).is_ok_and(|(bytes, _)| Batch { bytes }.compression() == Some(Compression::Zstd))
    }

    /// The first batch of a log, and what follows it. Magic, length and checksum are checked; what a producer may not
    /// send (control batches, offsets, gaps left by compaction) is fine here.
    pub fn first(bytes: &'a [u8]) -> Result<(Batch<'a>, &'a [u8]), BatchError> {
        check::first(bytes)
    }

    /// A batch that was checked before it went into the log.
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

    /// `None` for a number that Kafka has not given out.
    pub fn compression(&self) -> Option<Compression> {
        Compression::from_attributes(self.attributes())
    }

    pub fn is_log_append_time(&self) -> bool {
        self.attributes() & 0x08 != 0
    }

    pub fn is_transactional(&self) -> bool {
        self.attributes() & 0x10 != 0
    }

    /// A transaction marker or the like: written by brokers only.
    pub fn is_control(&self) -> bool {
        self.attributes() & 0x20 != 0
    }

    /// The records as they were sent, maybe compressed.
    pub fn record_bytes(&self) -> &'a [u8] {
        &self.bytes[HEADER..]
    }

    /// The records, inflated to at most `max` bytes; for [`crate::record::Records`].
    pub fn inflated(&self, max: usize) -> Result<Cow<'a, [u8]>, BatchError> {
        match self.compression().ok_or(BatchError::Compression)? {
            Compression::None => Ok(Cow::Borrowed(self.record_bytes())),
            other => Ok(Cow::Owned(
                inflate::to_vec(other, self.record_bytes(), max).map_err(|e| BatchError::Records(e.into()))?,
            )),
        }
    }

    /// Walks over the records, inflating at most `max` bytes but never keeping them: count, lengths and offsets have to
    /// be what the header says.
    pub fn check_records(&self, max: usize) -> Result<RecordStats, BatchError> {
        check::records(self, max)
    }

    /// The first record that is wanted; nothing behind it is looked at. What is inflated on the way is taken off `left`
    /// and never kept.
    pub fn find(
        &self,
        left: &mut usize,
        is_it: impl FnMut(&crate::record::Outline) -> bool,
    ) -> Result<Option<crate::record::Outline>, BatchError> {
        check::find(self, left, is_it)
    }

    /// Walks over the records once more, for what [`Batch::check_records`] does not tell.
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
