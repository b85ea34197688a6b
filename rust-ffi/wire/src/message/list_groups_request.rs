// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListGroupsRequest (key 16), versions 0-5, flexible from 3.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsRequest<'a> {
    /// The states of the groups we want to list. If empty, all groups are returned with their state. (versions 4+)
    pub states_filter: Vec<&'a str>,
    /// The types of the groups we want to list. If empty, all groups are returned with their type. (versions 5+)
    pub types_filter: Vec<&'a str>,
}

impl ListGroupsRequest<'_> {
    pub const KEY: i16 = 16;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

impl<'a> ListGroupsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            states_filter: if version >= 4 { r.array(flexible, 1, |r| r.string(flexible))? } else { Vec::new() },
            types_filter: if version >= 5 { r.array(flexible, 1, |r| r.string(flexible))? } else { Vec::new() },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ListGroupsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 4 {
            w.array(&self.states_filter, flexible, |w, value| w.string(value, flexible))?;
        }
        if version >= 5 {
            w.array(&self.types_filter, flexible, |w, value| w.string(value, flexible))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
