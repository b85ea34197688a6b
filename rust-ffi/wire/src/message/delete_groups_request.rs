// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DeleteGroupsRequest (key 42), versions 0-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteGroupsRequest<'a> {
    /// The group names to delete.
    pub groups_names: Vec<&'a str>,
}

impl DeleteGroupsRequest<'_> {
    pub const KEY: i16 = 42;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> DeleteGroupsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { groups_names: r.array(flexible, 1, |r| r.string(flexible))? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteGroupsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.groups_names, flexible, |w, value| w.string(value, flexible))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
