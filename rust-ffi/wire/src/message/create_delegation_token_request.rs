// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! CreateDelegationTokenRequest (key 38), versions 1-3, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct CreateDelegationTokenRequest<'a> {
    /// The principal type of the owner of the token. If it's null it defaults to the token request principal.
    /// (versions 3+)
    pub owner_principal_type: Option<&'a str>,
    /// The principal name of the owner of the token. If it's null it defaults to the token request principal.
    /// (versions 3+)
    pub owner_principal_name: Option<&'a str>,
    /// A list of those who are allowed to renew this token before it expires.
    pub renewers: Vec<CreatableRenewers<'a>>,
    /// The maximum lifetime of the token in milliseconds, or -1 to use the server side default.
    pub max_lifetime_ms: i64,
}

impl Default for CreateDelegationTokenRequest<'_> {
    fn default() -> Self {
        Self {
            owner_principal_type: Some(""),
            owner_principal_name: Some(""),
            renewers: Vec::new(),
            max_lifetime_ms: 0,
        }
    }
}

impl CreateDelegationTokenRequest<'_> {
    pub const KEY: i16 = 38;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

impl<'a> CreateDelegationTokenRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            owner_principal_type: if version >= 3 { r.nullable_string(flexible)? } else { Some("") },
            owner_principal_name: if version >= 3 { r.nullable_string(flexible)? } else { Some("") },
            renewers: r.array(flexible, 2, |r| CreatableRenewers::decode(r, version))?,
            max_lifetime_ms: r.i64()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreateDelegationTokenRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        if version >= 3 {
            w.nullable_string(self.owner_principal_type, flexible)?;
        }
        if version >= 3 {
            w.nullable_string(self.owner_principal_name, flexible)?;
        }
        w.array(&self.renewers, flexible, |w, value| value.encode(w, version))?;
        w.i64(self.max_lifetime_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// A list of those who are allowed to renew this token before it expires.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableRenewers<'a> {
    /// The type of the Kafka principal.
    pub principal_type: &'a str,
    /// The name of the Kafka principal.
    pub principal_name: &'a str,
}

impl<'a> CreatableRenewers<'a> {
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
impl CreatableRenewers<'_> {
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
