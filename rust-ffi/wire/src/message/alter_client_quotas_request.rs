// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AlterClientQuotasRequest (key 49), versions 0-1, flexible from 1.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasRequest<'a> {
    /// The quota configuration entries to alter.
    pub entries: Vec<EntryData<'a>>,
    /// Whether the alteration should be validated, but not performed.
    pub validate_only: bool,
}

impl AlterClientQuotasRequest<'_> {
    pub const KEY: i16 = 49;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> AlterClientQuotasRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message =
            Self { entries: r.array(flexible, 2, |r| EntryData::decode(r, version))?, validate_only: r.bool()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterClientQuotasRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.array(&self.entries, flexible, |w, value| value.encode(w, version))?;
        w.bool(self.validate_only);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The quota configuration entries to alter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData<'a> {
    /// The quota entity to alter.
    pub entity: Vec<EntityData<'a>>,
    /// An individual quota configuration entry to alter.
    pub ops: Vec<OpData<'a>>,
}

impl<'a> EntryData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self {
            entity: r.array(flexible, 2, |r| EntityData::decode(r, version))?,
            ops: r.array(flexible, 10, |r| OpData::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl EntryData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.array(&self.entity, flexible, |w, value| value.encode(w, version))?;
        w.array(&self.ops, flexible, |w, value| value.encode(w, version))?;
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

#[cfg(any(test, feature = "client"))]
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

/// An individual quota configuration entry to alter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpData<'a> {
    /// The quota configuration key.
    pub key: &'a str,
    /// The value to set, otherwise ignored if the value is to be removed.
    pub value: f64,
    /// Whether the quota configuration value should be removed, otherwise set.
    pub remove: bool,
}

impl<'a> OpData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self { key: r.string(flexible)?, value: r.f64()?, remove: r.bool()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl OpData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.string(self.key, flexible)?;
        w.f64(self.value);
        w.bool(self.remove);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
