// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! FindCoordinatorRequest (key 10), versions 0-6, flexible from 3.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindCoordinatorRequest<'a> {
    /// The coordinator key. (versions 0-3)
    pub key: &'a str,
    /// The coordinator key type. (group, transaction, share). (versions 1+)
    pub key_type: i8,
    /// The coordinator keys. (versions 4+)
    pub coordinator_keys: Vec<&'a str>,
}

impl FindCoordinatorRequest<'_> {
    pub const KEY: i16 = 10;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=6;
}

impl<'a> FindCoordinatorRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            key: if version <= 3 { r.string(flexible)? } else { "" },
            key_type: if version >= 1 { r.i8()? } else { 0 },
            coordinator_keys: if version >= 4 { r.array(flexible, 1, |r| r.string(flexible))? } else { Vec::new() },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl FindCoordinatorRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version <= 3 {
            w.string(self.key, flexible)?;
        }
        if version >= 1 {
            w.i8(self.key_type);
        }
        if version >= 4 {
            w.array(&self.coordinator_keys, flexible, |w, value| w.string(value, flexible))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
