// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AlterClientQuotasResponse (key 49), versions 0-1, flexible from 1.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The quota configuration entries to alter.
    pub entries: Vec<EntryData<'a>>,
}

impl AlterClientQuotasResponse<'_> {
    pub const KEY: i16 = 49;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> AlterClientQuotasResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message =
            Self { throttle_time_ms: r.i32()?, entries: r.array(flexible, 4, |r| EntryData::decode(r, version))? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl AlterClientQuotasResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.i32(self.throttle_time_ms);
        w.array(&self.entries, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The quota configuration entries to alter.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryData<'a> {
    /// The error code, or `0` if the quota alteration succeeded.
    pub error_code: i16,
    /// The error message, or `null` if the quota alteration succeeded.
    pub error_message: Option<&'a str>,
    /// The quota entity to alter.
    pub entity: Vec<EntityData<'a>>,
}

impl Default for EntryData<'_> {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(""), entity: Vec::new() }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> EntryData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self {
            error_code: r.i16()?,
            error_message: r.nullable_string(flexible)?,
            entity: r.array(flexible, 2, |r| EntityData::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl EntryData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, flexible)?;
        w.array(&self.entity, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The quota entity to alter.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityData<'a> {
    /// The entity type.
    pub entity_type: &'a str,
    /// The name of the entity, or null if the default.
    pub entity_name: Option<&'a str>,
}

impl Default for EntityData<'_> {
    fn default() -> Self {
        Self { entity_type: "", entity_name: Some("") }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> EntityData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self { entity_type: r.string(flexible)?, entity_name: r.nullable_string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl EntityData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.string(self.entity_type, flexible)?;
        w.nullable_string(self.entity_name, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
