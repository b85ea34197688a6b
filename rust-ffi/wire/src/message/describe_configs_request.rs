// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeConfigsRequest (key 32), versions 1-4, flexible from 4.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsRequest<'a> {
    /// The resources whose configurations we want to describe.
    pub resources: Vec<DescribeConfigsResource<'a>>,
    /// True if we should include all synonyms.
    pub include_synonyms: bool,
    /// True if we should include configuration documentation. (versions 3+)
    pub include_documentation: bool,
}

impl DescribeConfigsRequest<'_> {
    pub const KEY: i16 = 32;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=4;
}

impl<'a> DescribeConfigsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            resources: r.array(flexible, 3, |r| DescribeConfigsResource::decode(r, version))?,
            include_synonyms: r.bool()?,
            include_documentation: if version >= 3 { r.bool()? } else { false },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeConfigsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.array(&self.resources, flexible, |w, value| value.encode(w, version))?;
        w.bool(self.include_synonyms);
        if version >= 3 {
            w.bool(self.include_documentation);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The resources whose configurations we want to describe.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResource<'a> {
    /// The resource type.
    pub resource_type: i8,
    /// The resource name.
    pub resource_name: &'a str,
    /// The configuration keys to list, or null to list all configuration keys.
    pub configuration_keys: Option<Vec<&'a str>>,
}

impl Default for DescribeConfigsResource<'_> {
    fn default() -> Self {
        Self { resource_type: 0, resource_name: "", configuration_keys: Some(Vec::new()) }
    }
}

impl<'a> DescribeConfigsResource<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            resource_type: r.i8()?,
            resource_name: r.string(flexible)?,
            configuration_keys: r.nullable_array(flexible, 1, |r| r.string(flexible))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeConfigsResource<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.i8(self.resource_type);
        w.string(self.resource_name, flexible)?;
        w.nullable_array(self.configuration_keys.as_deref(), flexible, |w, value| w.string(value, flexible))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
