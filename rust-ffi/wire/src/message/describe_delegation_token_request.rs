// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeDelegationTokenRequest (key 41), versions 1-3, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeDelegationTokenRequest<'a> {
    /// Each owner that we want to describe delegation tokens for, or null to describe all tokens.
    pub owners: Option<Vec<DescribeDelegationTokenOwner<'a>>>,
}

impl Default for DescribeDelegationTokenRequest<'_> {
    fn default() -> Self {
        Self { owners: Some(Vec::new()) }
    }
}

impl DescribeDelegationTokenRequest<'_> {
    pub const KEY: i16 = 41;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

impl<'a> DescribeDelegationTokenRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message =
            Self { owners: r.nullable_array(flexible, 2, |r| DescribeDelegationTokenOwner::decode(r, version))? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeDelegationTokenRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.nullable_array(self.owners.as_deref(), flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each owner that we want to describe delegation tokens for, or null to describe all tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenOwner<'a> {
    /// The owner principal type.
    pub principal_type: &'a str,
    /// The owner principal name.
    pub principal_name: &'a str,
}

impl<'a> DescribeDelegationTokenOwner<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { principal_type: r.string(flexible)?, principal_name: r.string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeDelegationTokenOwner<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.principal_type, flexible)?;
        w.string(self.principal_name, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
