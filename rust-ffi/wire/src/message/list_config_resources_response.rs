// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListConfigResourcesResponse (key 74), versions 0-1, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListConfigResourcesResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// Each config resource in the response.
    pub config_resources: Vec<ConfigResource<'a>>,
}

impl ListConfigResourcesResponse<'_> {
    pub const KEY: i16 = 74;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ListConfigResourcesResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            config_resources: r.array(true, 2, |r| ConfigResource::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ListConfigResourcesResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.array(&self.config_resources, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// Each config resource in the response.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigResource<'a> {
    /// The resource name.
    pub resource_name: &'a str,
    /// The resource type. (versions 1+)
    pub resource_type: i8,
}

impl Default for ConfigResource<'_> {
    fn default() -> Self {
        Self { resource_name: "", resource_type: 16 }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> ConfigResource<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { resource_name: r.string(true)?, resource_type: if version >= 1 { r.i8()? } else { 16 } };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ConfigResource<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.resource_name, true)?;
        if version >= 1 {
            w.i8(self.resource_type);
        }
        w.uvarint(0);
        Ok(())
    }
}
