// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeTransactionsRequest (key 65), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTransactionsRequest<'a> {
    /// Array of transactionalIds to include in describe results. If empty, then no results will be returned.
    pub transactional_ids: Vec<&'a str>,
}

impl DescribeTransactionsRequest<'_> {
    pub const KEY: i16 = 65;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> DescribeTransactionsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { transactional_ids: r.array(true, 1, |r| r.string(true))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeTransactionsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.array(&self.transactional_ids, true, |w, value| w.string(value, true))?;
        w.uvarint(0);
        Ok(())
    }
}
