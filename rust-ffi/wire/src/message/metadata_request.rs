// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! MetadataRequest (key 3), versions 0-13, flexible from 9.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequest<'a> {
    /// The topics to fetch metadata for. (nullable from 1)
    pub topics: Option<Vec<MetadataRequestTopic<'a>>>,
    /// If this is true, the broker may auto-create topics that we requested which do not already exist, if it is
    /// configured to do so. (versions 4+)
    pub allow_auto_topic_creation: bool,
    /// Whether to include cluster authorized operations. (versions 8-10)
    pub include_cluster_authorized_operations: bool,
    /// Whether to include topic authorized operations. (versions 8+)
    pub include_topic_authorized_operations: bool,
}

impl Default for MetadataRequest<'_> {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
        }
    }
}

impl MetadataRequest<'_> {
    pub const KEY: i16 = 3;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=13;
}

impl<'a> MetadataRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            topics: Reader::null_if(
                version >= 1,
                r.nullable_array(flexible, 1, |r| MetadataRequestTopic::decode(r, version))?,
            )?,
            allow_auto_topic_creation: if version >= 4 { r.bool()? } else { true },
            include_cluster_authorized_operations: if (8..=10).contains(&version) { r.bool()? } else { false },
            include_topic_authorized_operations: if version >= 8 { r.bool()? } else { false },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl MetadataRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        Writer::null_if(version >= 1, &self.topics)?;
        w.nullable_array(self.topics.as_deref(), flexible, |w, value| value.encode(w, version))?;
        if version >= 4 {
            w.bool(self.allow_auto_topic_creation);
        }
        if (8..=10).contains(&version) {
            w.bool(self.include_cluster_authorized_operations);
        }
        if version >= 8 {
            w.bool(self.include_topic_authorized_operations);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The topics to fetch metadata for.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequestTopic<'a> {
    /// The topic id. (versions 10+)
    pub topic_id: Uuid,
    /// The topic name. (nullable from 10)
    pub name: Option<&'a str>,
}

impl Default for MetadataRequestTopic<'_> {
    fn default() -> Self {
        Self { topic_id: Uuid::ZERO, name: Some("") }
    }
}

impl<'a> MetadataRequestTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            topic_id: if version >= 10 { r.uuid()? } else { Uuid::ZERO },
            name: Reader::null_if(version >= 10, r.nullable_string(flexible)?)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl MetadataRequestTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 10 {
            w.uuid(self.topic_id);
        }
        Writer::null_if(version >= 10, &self.name)?;
        w.nullable_string(self.name, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
