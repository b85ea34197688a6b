//! The records of a batch (magic 2), decoded lazily and without copying.
//!
//! [`Records`] iterates over bytes in memory; [`walk`] over a stream, to validate compressed batches.

mod cursor;
mod walk;
mod write;

pub use cursor::{Header, Headers, Record, Records};
pub use walk::{Outline, Steps, walk, walk_bytes};
pub(crate) use write::put;
pub use write::write;

use crate::inflate::InflateError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The records end before the batch's count does.
    Missing,
    /// Bytes follow the last record.
    Surplus,
    /// A length inside a record does not fit the record.
    Length,
    /// A variable-length number does not end in time.
    Varint,
    /// The data would not inflate.
    Inflate(InflateError),
}

impl core::fmt::Display for RecordError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            RecordError::Missing => f.write_str("fewer records than the batch says"),
            RecordError::Surplus => f.write_str("more data than the batch's records"),
            RecordError::Length => f.write_str("a length inside a record is wrong"),
            RecordError::Varint => f.write_str("a variable-length number inside a record is malformed"),
            RecordError::Inflate(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RecordError {}

/// Signed numbers alternate: 0, -1, 1, -2, ...
fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

fn narrow(value: i64) -> Result<i32, RecordError> {
    i32::try_from(value).map_err(|_| RecordError::Varint)
}
