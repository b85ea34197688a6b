// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListConfigResourcesRequest (key 74), versions 0-1, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListConfigResourcesRequest {
    /// The list of resource type. If the list is empty, it uses default supported config resource types. (versions
    /// 1+)
    pub resource_types: Vec<i8>,
}

impl ListConfigResourcesRequest {
    pub const KEY: i16 = 74;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl ListConfigResourcesRequest {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { resource_types: if version >= 1 { r.array(true, 1, Reader::i8)? } else { Vec::new() } };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ListConfigResourcesRequest {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version >= 1 {
            w.array(&self.resource_types, true, |w, value| {
                w.i8(*value);
                Ok(())
            })?;
        }
        w.uvarint(0);
        Ok(())
    }
}
