// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeConfigsResponse (key 32), versions 1-4, flexible from 4.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The results for each resource.
    pub results: Vec<DescribeConfigsResult<'a>>,
}

impl DescribeConfigsResponse<'_> {
    pub const KEY: i16 = 32;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=4;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeConfigsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            throttle_time_ms: r.i32()?,
            results: r.array(flexible, 6, |r| DescribeConfigsResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeConfigsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.i32(self.throttle_time_ms);
        w.array(&self.results, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The results for each resource.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResult<'a> {
    /// The error code, or 0 if we were able to successfully describe the configurations.
    pub error_code: i16,
    /// The error message, or null if we were able to successfully describe the configurations.
    pub error_message: Option<&'a str>,
    /// The resource type.
    pub resource_type: i8,
    /// The resource name.
    pub resource_name: &'a str,
    /// Each listed configuration.
    pub configs: Vec<DescribeConfigsResourceResult<'a>>,
}

impl Default for DescribeConfigsResult<'_> {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(""), resource_type: 0, resource_name: "", configs: Vec::new() }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeConfigsResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            error_code: r.i16()?,
            error_message: r.nullable_string(flexible)?,
            resource_type: r.i8()?,
            resource_name: r.string(flexible)?,
            configs: r.array(flexible, 6, |r| DescribeConfigsResourceResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeConfigsResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, flexible)?;
        w.i8(self.resource_type);
        w.string(self.resource_name, flexible)?;
        w.array(&self.configs, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each listed configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResourceResult<'a> {
    /// The configuration name.
    pub name: &'a str,
    /// The configuration value.
    pub value: Option<&'a str>,
    /// True if the configuration is read-only.
    pub read_only: bool,
    /// The configuration source.
    pub config_source: i8,
    /// True if this configuration is sensitive.
    pub is_sensitive: bool,
    /// The synonyms for this configuration key.
    pub synonyms: Vec<DescribeConfigsSynonym<'a>>,
    /// The configuration data type. Type can be one of the following values - BOOLEAN, STRING, INT, SHORT, LONG,
    /// DOUBLE, LIST, CLASS, PASSWORD. (versions 3+)
    pub config_type: i8,
    /// The configuration documentation. (versions 3+)
    pub documentation: Option<&'a str>,
}

impl Default for DescribeConfigsResourceResult<'_> {
    fn default() -> Self {
        Self {
            name: "",
            value: Some(""),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: Some(""),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeConfigsResourceResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            name: r.string(flexible)?,
            value: r.nullable_string(flexible)?,
            read_only: r.bool()?,
            config_source: r.i8()?,
            is_sensitive: r.bool()?,
            synonyms: r.array(flexible, 3, |r| DescribeConfigsSynonym::decode(r, version))?,
            config_type: if version >= 3 { r.i8()? } else { 0 },
            documentation: if version >= 3 { r.nullable_string(flexible)? } else { Some("") },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeConfigsResourceResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.name, flexible)?;
        w.nullable_string(self.value, flexible)?;
        w.bool(self.read_only);
        w.i8(self.config_source);
        w.bool(self.is_sensitive);
        w.array(&self.synonyms, flexible, |w, value| value.encode(w, version))?;
        if version >= 3 {
            w.i8(self.config_type);
        }
        if version >= 3 {
            w.nullable_string(self.documentation, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The synonyms for this configuration key.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsSynonym<'a> {
    /// The synonym name.
    pub name: &'a str,
    /// The synonym value.
    pub value: Option<&'a str>,
    /// The synonym source.
    pub source: i8,
}

impl Default for DescribeConfigsSynonym<'_> {
    fn default() -> Self {
        Self { name: "", value: Some(""), source: 0 }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeConfigsSynonym<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self { name: r.string(flexible)?, value: r.nullable_string(flexible)?, source: r.i8()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeConfigsSynonym<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.name, flexible)?;
        w.nullable_string(self.value, flexible)?;
        w.i8(self.source);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
