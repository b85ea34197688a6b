// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! StreamsGroupDescribeRequest (key 89), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupDescribeRequest<'a> {
    /// The ids of the groups to describe.
    pub group_ids: Vec<&'a str>,
    /// Whether to include authorized operations.
    pub include_authorized_operations: bool,
}

impl StreamsGroupDescribeRequest<'_> {
    pub const KEY: i16 = 89;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> StreamsGroupDescribeRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { group_ids: r.array(true, 1, |r| r.string(true))?, include_authorized_operations: r.bool()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl StreamsGroupDescribeRequest<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.array(&self.group_ids, true, |w, value| w.string(value, true))?;
        w.bool(self.include_authorized_operations);
        w.uvarint(0);
        Ok(())
    }
}
