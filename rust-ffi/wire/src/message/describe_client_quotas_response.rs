// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeClientQuotasResponse (key 48), versions 0-1, flexible from 1.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClientQuotasResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The error code, or `0` if the quota description succeeded.
    pub error_code: i16,
    /// The error message, or `null` if the quota description succeeded.
    pub error_message: Option<&'a str>,
    /// A result entry.
    pub entries: Option<Vec<EntryData<'a>>>,
}

impl Default for DescribeClientQuotasResponse<'_> {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(""), entries: Some(Vec::new()) }
    }
}

impl DescribeClientQuotasResponse<'_> {
    pub const KEY: i16 = 48;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeClientQuotasResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(flexible)?,
            entries: r.nullable_array(flexible, 2, |r| EntryData::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeClientQuotasResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, flexible)?;
        w.nullable_array(self.entries.as_deref(), flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// A result entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData<'a> {
    /// The quota entity description.
    pub entity: Vec<EntityData<'a>>,
    /// The quota values for the entity.
    pub values: Vec<ValueData<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> EntryData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self {
            entity: r.array(flexible, 2, |r| EntityData::decode(r, version))?,
            values: r.array(flexible, 9, |r| ValueData::decode(r, version))?,
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
        w.array(&self.entity, flexible, |w, value| value.encode(w, version))?;
        w.array(&self.values, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The quota entity description.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityData<'a> {
    /// The entity type.
    pub entity_type: &'a str,
    /// The entity name, or null if the default.
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

/// The quota values for the entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueData<'a> {
    /// The quota configuration key.
    pub key: &'a str,
    /// The quota configuration value.
    pub value: f64,
}

#[cfg(any(test, feature = "client"))]
impl<'a> ValueData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self { key: r.string(flexible)?, value: r.f64()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl ValueData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.string(self.key, flexible)?;
        w.f64(self.value);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
