// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DeleteTopicsResponse (key 20), versions 1-6, flexible from 4.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The results for each topic we tried to delete.
    pub responses: Vec<DeletableTopicResult<'a>>,
}

impl DeleteTopicsResponse<'_> {
    pub const KEY: i16 = 20;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=6;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DeleteTopicsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            throttle_time_ms: r.i32()?,
            responses: r.array(flexible, 3, |r| DeletableTopicResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DeleteTopicsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.i32(self.throttle_time_ms);
        w.array(&self.responses, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The results for each topic we tried to delete.
#[derive(Clone, Debug, PartialEq)]
pub struct DeletableTopicResult<'a> {
    /// The topic name. (nullable from 6)
    pub name: Option<&'a str>,
    /// The unique topic ID. (versions 6+)
    pub topic_id: Uuid,
    /// The deletion error, or 0 if the deletion succeeded.
    pub error_code: i16,
    /// The error message, or null if there was no error. (versions 5+)
    pub error_message: Option<&'a str>,
}

impl Default for DeletableTopicResult<'_> {
    fn default() -> Self {
        Self { name: Some(""), topic_id: Uuid::ZERO, error_code: 0, error_message: None }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DeletableTopicResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            name: Reader::null_if(version >= 6, r.nullable_string(flexible)?)?,
            topic_id: if version >= 6 { r.uuid()? } else { Uuid::ZERO },
            error_code: r.i16()?,
            error_message: if version >= 5 { r.nullable_string(flexible)? } else { None },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DeletableTopicResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        Writer::null_if(version >= 6, &self.name)?;
        w.nullable_string(self.name, flexible)?;
        if version >= 6 {
            w.uuid(self.topic_id);
        }
        w.error_code(self.error_code);
        if version >= 5 {
            w.nullable_string(self.error_message, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
