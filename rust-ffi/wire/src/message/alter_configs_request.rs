// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AlterConfigsRequest (key 33), versions 0-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsRequest<'a> {
    /// The updates for each resource.
    pub resources: Vec<AlterConfigsResource<'a>>,
    /// True if we should validate the request, but not change the configurations.
    pub validate_only: bool,
}

impl AlterConfigsRequest<'_> {
    pub const KEY: i16 = 33;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> AlterConfigsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            resources: r.array(flexible, 3, |r| AlterConfigsResource::decode(r, version))?,
            validate_only: r.bool()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterConfigsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.resources, flexible, |w, value| value.encode(w, version))?;
        w.bool(self.validate_only);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The updates for each resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsResource<'a> {
    /// The resource type.
    pub resource_type: i8,
    /// The resource name.
    pub resource_name: &'a str,
    /// The configurations.
    pub configs: Vec<AlterableConfig<'a>>,
}

impl<'a> AlterConfigsResource<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            resource_type: r.i8()?,
            resource_name: r.string(flexible)?,
            configs: r.array(flexible, 2, |r| AlterableConfig::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterConfigsResource<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i8(self.resource_type);
        w.string(self.resource_name, flexible)?;
        w.array(&self.configs, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The configurations.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterableConfig<'a> {
    /// The configuration key name.
    pub name: &'a str,
    /// The value to set for the configuration key.
    pub value: Option<&'a str>,
}

impl Default for AlterableConfig<'_> {
    fn default() -> Self {
        Self { name: "", value: Some("") }
    }
}

impl<'a> AlterableConfig<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { name: r.string(flexible)?, value: r.nullable_string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterableConfig<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.name, flexible)?;
        w.nullable_string(self.value, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
