// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! UpdateFeaturesResponse (key 57), versions 0-2, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct UpdateFeaturesResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top-level error code, or `0` if there was no top-level error.
    pub error_code: i16,
    /// The top-level error message, or `null` if there was no top-level error.
    pub error_message: Option<&'a str>,
    /// Results for each feature update. (versions 0-1)
    pub results: Vec<UpdatableFeatureResult<'a>>,
}

impl Default for UpdateFeaturesResponse<'_> {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(""), results: Vec::new() }
    }
}

impl UpdateFeaturesResponse<'_> {
    pub const KEY: i16 = 57;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> UpdateFeaturesResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            results: if version <= 1 {
                r.array(true, 5, |r| UpdatableFeatureResult::decode(r, version))?
            } else {
                Vec::new()
            },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl UpdateFeaturesResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        if version <= 1 {
            w.array(&self.results, true, |w, value| value.encode(w, version))?;
        }
        w.uvarint(0);
        Ok(())
    }
}

/// Results for each feature update.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdatableFeatureResult<'a> {
    /// The name of the finalized feature.
    pub feature: &'a str,
    /// The feature update error code or `0` if the feature update succeeded.
    pub error_code: i16,
    /// The feature update error, or `null` if the feature update succeeded.
    pub error_message: Option<&'a str>,
}

impl Default for UpdatableFeatureResult<'_> {
    fn default() -> Self {
        Self { feature: "", error_code: 0, error_message: Some("") }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> UpdatableFeatureResult<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { feature: r.string(true)?, error_code: r.i16()?, error_message: r.nullable_string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl UpdatableFeatureResult<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.feature, true)?;
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.uvarint(0);
        Ok(())
    }
}
