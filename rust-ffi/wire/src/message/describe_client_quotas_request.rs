// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeClientQuotasRequest (key 48), versions 0-1, flexible from 1.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClientQuotasRequest<'a> {
    /// Filter components to apply to quota entities.
    pub components: Vec<ComponentData<'a>>,
    /// Whether the match is strict, i.e. should exclude entities with unspecified entity types.
    pub strict: bool,
}

impl DescribeClientQuotasRequest<'_> {
    pub const KEY: i16 = 48;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> DescribeClientQuotasRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message =
            Self { components: r.array(flexible, 3, |r| ComponentData::decode(r, version))?, strict: r.bool()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeClientQuotasRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.array(&self.components, flexible, |w, value| value.encode(w, version))?;
        w.bool(self.strict);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Filter components to apply to quota entities.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentData<'a> {
    /// The entity type that the filter component applies to.
    pub entity_type: &'a str,
    /// How to match the entity {0 = exact name, 1 = default name, 2 = any specified name}.
    pub match_type: i8,
    /// The string to match against, or null if unused for the match type.
    pub match_: Option<&'a str>,
}

impl Default for ComponentData<'_> {
    fn default() -> Self {
        Self { entity_type: "", match_type: 0, match_: Some("") }
    }
}

impl<'a> ComponentData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message =
            Self { entity_type: r.string(flexible)?, match_type: r.i8()?, match_: r.nullable_string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ComponentData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.string(self.entity_type, flexible)?;
        w.i8(self.match_type);
        w.nullable_string(self.match_, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
