// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! CreateDelegationTokenResponse (key 38), versions 1-3, flexible from 2.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateDelegationTokenResponse<'a> {
    /// The top-level error, or zero if there was no error.
    pub error_code: i16,
    /// The principal type of the token owner.
    pub principal_type: &'a str,
    /// The name of the token owner.
    pub principal_name: &'a str,
    /// The principal type of the requester of the token. (versions 3+)
    pub token_requester_principal_type: &'a str,
    /// The principal type of the requester of the token. (versions 3+)
    pub token_requester_principal_name: &'a str,
    /// When this token was generated.
    pub issue_timestamp_ms: i64,
    /// When this token expires.
    pub expiry_timestamp_ms: i64,
    /// The maximum lifetime of this token.
    pub max_timestamp_ms: i64,
    /// The token UUID.
    pub token_id: &'a str,
    /// HMAC of the delegation token.
    pub hmac: &'a [u8],
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
}

impl CreateDelegationTokenResponse<'_> {
    pub const KEY: i16 = 38;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

#[cfg(any(test, feature = "client"))]
impl<'a> CreateDelegationTokenResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            error_code: r.i16()?,
            principal_type: r.string(flexible)?,
            principal_name: r.string(flexible)?,
            token_requester_principal_type: if version >= 3 { r.string(flexible)? } else { "" },
            token_requester_principal_name: if version >= 3 { r.string(flexible)? } else { "" },
            issue_timestamp_ms: r.i64()?,
            expiry_timestamp_ms: r.i64()?,
            max_timestamp_ms: r.i64()?,
            token_id: r.string(flexible)?,
            hmac: r.bytes(flexible)?,
            throttle_time_ms: r.i32()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl CreateDelegationTokenResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.error_code(self.error_code);
        w.string(self.principal_type, flexible)?;
        w.string(self.principal_name, flexible)?;
        if version >= 3 {
            w.string(self.token_requester_principal_type, flexible)?;
        }
        if version >= 3 {
            w.string(self.token_requester_principal_name, flexible)?;
        }
        w.i64(self.issue_timestamp_ms);
        w.i64(self.expiry_timestamp_ms);
        w.i64(self.max_timestamp_ms);
        w.string(self.token_id, flexible)?;
        w.bytes(self.hmac, flexible)?;
        w.i32(self.throttle_time_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
