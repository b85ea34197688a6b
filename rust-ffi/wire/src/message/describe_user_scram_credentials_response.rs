// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeUserScramCredentialsResponse (key 50), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeUserScramCredentialsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The message-level error code, 0 except for user authorization or infrastructure issues.
    pub error_code: i16,
    /// The message-level error message, if any.
    pub error_message: Option<&'a str>,
    /// The results for descriptions, one per user.
    pub results: Vec<DescribeUserScramCredentialsResult<'a>>,
}

impl Default for DescribeUserScramCredentialsResponse<'_> {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(""), results: Vec::new() }
    }
}

impl DescribeUserScramCredentialsResponse<'_> {
    pub const KEY: i16 = 50;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeUserScramCredentialsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            results: r.array(true, 6, |r| DescribeUserScramCredentialsResult::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeUserScramCredentialsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.array(&self.results, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for descriptions, one per user.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeUserScramCredentialsResult<'a> {
    /// The user name.
    pub user: &'a str,
    /// The user-level error code.
    pub error_code: i16,
    /// The user-level error message, if any.
    pub error_message: Option<&'a str>,
    /// The mechanism and related information associated with the user's SCRAM credentials.
    pub credential_infos: Vec<CredentialInfo>,
}

impl Default for DescribeUserScramCredentialsResult<'_> {
    fn default() -> Self {
        Self { user: "", error_code: 0, error_message: Some(""), credential_infos: Vec::new() }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeUserScramCredentialsResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            user: r.string(true)?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            credential_infos: r.array(true, 6, |r| CredentialInfo::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeUserScramCredentialsResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.user, true)?;
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.array(&self.credential_infos, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The mechanism and related information associated with the user's SCRAM credentials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CredentialInfo {
    /// The SCRAM mechanism.
    pub mechanism: i8,
    /// The number of iterations used in the SCRAM credential.
    pub iterations: i32,
}

#[cfg(any(test, feature = "client"))]
impl CredentialInfo {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { mechanism: r.i8()?, iterations: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl CredentialInfo {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i8(self.mechanism);
        w.i32(self.iterations);
        w.uvarint(0);
        Ok(())
    }
}
