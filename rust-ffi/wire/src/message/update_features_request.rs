// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! UpdateFeaturesRequest (key 57), versions 0-2, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct UpdateFeaturesRequest<'a> {
    /// How long to wait in milliseconds before timing out the request.
    pub timeout_ms: i32,
    /// The list of updates to finalized features.
    pub feature_updates: Vec<FeatureUpdateKey<'a>>,
    /// True if we should validate the request, but not perform the upgrade or downgrade. (versions 1+)
    pub validate_only: bool,
}

impl Default for UpdateFeaturesRequest<'_> {
    fn default() -> Self {
        Self { timeout_ms: 60000, feature_updates: Vec::new(), validate_only: false }
    }
}

impl UpdateFeaturesRequest<'_> {
    pub const KEY: i16 = 57;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> UpdateFeaturesRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            timeout_ms: r.i32()?,
            feature_updates: r.array(true, 4, |r| FeatureUpdateKey::decode(r, version))?,
            validate_only: if version >= 1 { r.bool()? } else { false },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl UpdateFeaturesRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.timeout_ms);
        w.array(&self.feature_updates, true, |w, value| value.encode(w, version))?;
        if version >= 1 {
            w.bool(self.validate_only);
        }
        w.uvarint(0);
        Ok(())
    }
}

/// The list of updates to finalized features.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureUpdateKey<'a> {
    /// The name of the finalized feature to be updated.
    pub feature: &'a str,
    /// The new maximum version level for the finalized feature. A value >= 1 is valid. A value \< 1, is special,
    /// and can be used to request the deletion of the finalized feature.
    pub max_version_level: i16,
    /// DEPRECATED in version 1 (see DowngradeType). When set to true, the finalized feature version level is
    /// allowed to be downgraded/deleted. The downgrade request will fail if the new maximum version level is a
    /// value that's not lower than the existing maximum finalized version level. (versions 0)
    pub allow_downgrade: bool,
    /// Determine which type of upgrade will be performed: 1 will perform an upgrade only (default), 2 is safe
    /// downgrades only (lossless), 3 is unsafe downgrades (lossy). (versions 1+)
    pub upgrade_type: i8,
}

impl Default for FeatureUpdateKey<'_> {
    fn default() -> Self {
        Self { feature: "", max_version_level: 0, allow_downgrade: false, upgrade_type: 1 }
    }
}

impl<'a> FeatureUpdateKey<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            feature: r.string(true)?,
            max_version_level: r.i16()?,
            allow_downgrade: if version <= 0 { r.bool()? } else { false },
            upgrade_type: if version >= 1 { r.i8()? } else { 1 },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl FeatureUpdateKey<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.feature, true)?;
        w.i16(self.max_version_level);
        if version <= 0 {
            w.bool(self.allow_downgrade);
        }
        if version >= 1 {
            w.i8(self.upgrade_type);
        }
        w.uvarint(0);
        Ok(())
    }
}
