// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListTransactionsRequest (key 66), versions 0-2, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct ListTransactionsRequest<'a> {
    /// The transaction states to filter by: if empty, all transactions are returned; if non-empty, then only
    /// transactions matching one of the filtered states will be returned.
    pub state_filters: Vec<&'a str>,
    /// The producerIds to filter by: if empty, all transactions will be returned; if non-empty, only transactions
    /// which match one of the filtered producerIds will be returned.
    pub producer_id_filters: Vec<i64>,
    /// Duration (in millis) to filter by: if \< 0, all transactions will be returned; otherwise, only transactions
    /// running longer than this duration will be returned. (versions 1+)
    pub duration_filter: i64,
    /// The transactional ID regular expression pattern to filter by: if it is empty or null, all transactions are
    /// returned; Otherwise then only the transactions matching the given regular expression will be returned.
    /// (versions 2+)
    pub transactional_id_pattern: Option<&'a str>,
}

impl Default for ListTransactionsRequest<'_> {
    fn default() -> Self {
        Self {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
            transactional_id_pattern: None,
        }
    }
}

impl ListTransactionsRequest<'_> {
    pub const KEY: i16 = 66;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> ListTransactionsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            state_filters: r.array(true, 1, |r| r.string(true))?,
            producer_id_filters: r.array(true, 8, Reader::i64)?,
            duration_filter: if version >= 1 { r.i64()? } else { -1 },
            transactional_id_pattern: if version >= 2 { r.nullable_string(true)? } else { None },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ListTransactionsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.state_filters, true, |w, value| w.string(value, true))?;
        w.array(&self.producer_id_filters, true, |w, value| {
            w.i64(*value);
            Ok(())
        })?;
        if version >= 1 {
            w.i64(self.duration_filter);
        }
        if version >= 2 {
            w.nullable_string(self.transactional_id_pattern, true)?;
        }
        w.uvarint(0);
        Ok(())
    }
}
