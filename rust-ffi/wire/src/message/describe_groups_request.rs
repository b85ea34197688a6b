// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeGroupsRequest (key 15), versions 0-6, flexible from 5.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsRequest<'a> {
    /// The names of the groups to describe.
    pub groups: Vec<&'a str>,
    /// Whether to include authorized operations. (versions 3+)
    pub include_authorized_operations: bool,
}

impl DescribeGroupsRequest<'_> {
    pub const KEY: i16 = 15;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=6;
}

impl<'a> DescribeGroupsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            groups: r.array(flexible, 1, |r| r.string(flexible))?,
            include_authorized_operations: if version >= 3 { r.bool()? } else { false },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeGroupsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.array(&self.groups, flexible, |w, value| w.string(value, flexible))?;
        if version >= 3 {
            w.bool(self.include_authorized_operations);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
