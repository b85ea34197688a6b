// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeDelegationTokenResponse (key 41), versions 1-3, flexible from 2.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenResponse<'a> {
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The tokens.
    pub tokens: Vec<DescribedDelegationToken<'a>>,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
}

impl DescribeDelegationTokenResponse<'_> {
    pub const KEY: i16 = 41;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeDelegationTokenResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            error_code: r.i16()?,
            tokens: r.array(flexible, 29, |r| DescribedDelegationToken::decode(r, version))?,
            throttle_time_ms: r.i32()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeDelegationTokenResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.error_code(self.error_code);
        w.array(&self.tokens, flexible, |w, value| value.encode(w, version))?;
        w.i32(self.throttle_time_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationToken<'a> {
    /// The token principal type.
    pub principal_type: &'a str,
    /// The token principal name.
    pub principal_name: &'a str,
    /// The principal type of the requester of the token. (versions 3+)
    pub token_requester_principal_type: &'a str,
    /// The principal type of the requester of the token. (versions 3+)
    pub token_requester_principal_name: &'a str,
    /// The token issue timestamp in milliseconds.
    pub issue_timestamp: i64,
    /// The token expiry timestamp in milliseconds.
    pub expiry_timestamp: i64,
    /// The token maximum timestamp length in milliseconds.
    pub max_timestamp: i64,
    /// The token ID.
    pub token_id: &'a str,
    /// The token HMAC.
    pub hmac: &'a [u8],
    /// Those who are able to renew this token before it expires.
    pub renewers: Vec<DescribedDelegationTokenRenewer<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribedDelegationToken<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            principal_type: r.string(flexible)?,
            principal_name: r.string(flexible)?,
            token_requester_principal_type: if version >= 3 { r.string(flexible)? } else { "" },
            token_requester_principal_name: if version >= 3 { r.string(flexible)? } else { "" },
            issue_timestamp: r.i64()?,
            expiry_timestamp: r.i64()?,
            max_timestamp: r.i64()?,
            token_id: r.string(flexible)?,
            hmac: r.bytes(flexible)?,
            renewers: r.array(flexible, 2, |r| DescribedDelegationTokenRenewer::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribedDelegationToken<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.principal_type, flexible)?;
        w.string(self.principal_name, flexible)?;
        if version >= 3 {
            w.string(self.token_requester_principal_type, flexible)?;
        }
        if version >= 3 {
            w.string(self.token_requester_principal_name, flexible)?;
        }
        w.i64(self.issue_timestamp);
        w.i64(self.expiry_timestamp);
        w.i64(self.max_timestamp);
        w.string(self.token_id, flexible)?;
        w.bytes(self.hmac, flexible)?;
        w.array(&self.renewers, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Those who are able to renew this token before it expires.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationTokenRenewer<'a> {
    /// The renewer principal type.
    pub principal_type: &'a str,
    /// The renewer principal name.
    pub principal_name: &'a str,
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribedDelegationTokenRenewer<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { principal_type: r.string(flexible)?, principal_name: r.string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribedDelegationTokenRenewer<'_> {
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
