// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! CreateTopicsResponse (key 19), versions 2-7, flexible from 5.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateTopicsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Results for each topic we tried to create.
    pub topics: Vec<CreatableTopicResult<'a>>,
}

impl CreateTopicsResponse<'_> {
    pub const KEY: i16 = 19;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 2..=7;
}

#[cfg(any(test, feature = "client"))]
impl<'a> CreateTopicsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            throttle_time_ms: r.i32()?,
            topics: r.array(flexible, 4, |r| CreatableTopicResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl CreateTopicsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.i32(self.throttle_time_ms);
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Results for each topic we tried to create.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicResult<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The unique topic ID. (versions 7+)
    pub topic_id: Uuid,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// Optional topic config error returned if configs are not returned in the response. (versions 5+, tag 0)
    pub topic_config_error_code: i16,
    /// Number of partitions of the topic. (versions 5+)
    pub num_partitions: i32,
    /// Replication factor of the topic. (versions 5+)
    pub replication_factor: i16,
    /// Configuration of the topic. (versions 5+)
    pub configs: Option<Vec<CreatableTopicConfigs<'a>>>,
}

impl Default for CreatableTopicResult<'_> {
    fn default() -> Self {
        Self {
            name: "",
            topic_id: Uuid::ZERO,
            error_code: 0,
            error_message: Some(""),
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Vec::new()),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> CreatableTopicResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut message = Self {
            name: r.string(flexible)?,
            topic_id: if version >= 7 { r.uuid()? } else { Uuid::ZERO },
            error_code: r.i16()?,
            error_message: r.nullable_string(flexible)?,
            num_partitions: if version >= 5 { r.i32()? } else { -1 },
            replication_factor: if version >= 5 { r.i16()? } else { -1 },
            configs: if version >= 5 {
                r.nullable_array(flexible, 6, |r| CreatableTopicConfigs::decode(r, version))?
            } else {
                Some(Vec::new())
            },
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 => message.topic_config_error_code = r.i16()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl CreatableTopicResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.string(self.name, flexible)?;
        if version >= 7 {
            w.uuid(self.topic_id);
        }
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, flexible)?;
        if version >= 5 {
            w.i32(self.num_partitions);
        }
        if version >= 5 {
            w.i16(self.replication_factor);
        }
        if version >= 5 {
            w.nullable_array(self.configs.as_deref(), flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            let has_topic_config_error_code = self.topic_config_error_code != 0;
            w.uvarint(u32::from(has_topic_config_error_code));
            if has_topic_config_error_code {
                w.tag(0, |w| {
                    w.i16(self.topic_config_error_code);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

/// Configuration of the topic.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicConfigs<'a> {
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
}

impl Default for CreatableTopicConfigs<'_> {
    fn default() -> Self {
        Self { name: "", value: Some(""), read_only: false, config_source: -1, is_sensitive: false }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> CreatableTopicConfigs<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            name: r.string(true)?,
            value: r.nullable_string(true)?,
            read_only: r.bool()?,
            config_source: r.i8()?,
            is_sensitive: r.bool()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl CreatableTopicConfigs<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.nullable_string(self.value, true)?;
        w.bool(self.read_only);
        w.i8(self.config_source);
        w.bool(self.is_sensitive);
        w.uvarint(0);
        Ok(())
    }
}
