// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ApiVersionsResponse (key 18), versions 0-4, flexible from 3.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct ApiVersionsResponse<'a> {
    /// The top-level error code.
    pub error_code: i16,
    /// The APIs supported by the broker.
    pub api_keys: Vec<ApiVersion>,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 1+)
    pub throttle_time_ms: i32,
    /// Features supported by the broker. Note: in v0-v3, features with MinSupportedVersion = 0 are omitted.
    /// (versions 3+, tag 0)
    pub supported_features: Vec<SupportedFeatureKey<'a>>,
    /// The monotonically increasing epoch for the finalized features information. Valid values are >= 0. A value of
    /// -1 is special and represents unknown epoch. (versions 3+, tag 1)
    pub finalized_features_epoch: i64,
    /// List of cluster-wide finalized features. The information is valid only if FinalizedFeaturesEpoch >= 0.
    /// (versions 3+, tag 2)
    pub finalized_features: Vec<FinalizedFeatureKey<'a>>,
    /// Set by a KRaft controller if the required configurations for ZK migration are present. (versions 3+, tag 3)
    pub zk_migration_ready: bool,
}

impl Default for ApiVersionsResponse<'_> {
    fn default() -> Self {
        Self {
            error_code: 0,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
        }
    }
}

impl ApiVersionsResponse<'_> {
    pub const KEY: i16 = 18;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=4;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ApiVersionsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut message = Self {
            error_code: r.i16()?,
            api_keys: r.array(flexible, 6, |r| ApiVersion::decode(r, version))?,
            throttle_time_ms: if version >= 1 { r.i32()? } else { 0 },
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 => message.supported_features = r.array(true, 6, |r| SupportedFeatureKey::decode(r, version))?,
                    1 => message.finalized_features_epoch = r.i64()?,
                    2 => message.finalized_features = r.array(true, 6, |r| FinalizedFeatureKey::decode(r, version))?,
                    3 => message.zk_migration_ready = r.bool()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl ApiVersionsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.error_code(self.error_code);
        w.array(&self.api_keys, flexible, |w, value| value.encode(w, version))?;
        if version >= 1 {
            w.i32(self.throttle_time_ms);
        }
        if flexible {
            let has_supported_features = !self.supported_features.is_empty();
            let has_finalized_features_epoch = self.finalized_features_epoch != -1;
            let has_finalized_features = !self.finalized_features.is_empty();
            let has_zk_migration_ready = self.zk_migration_ready;
            w.uvarint(
                u32::from(has_supported_features)
                    + u32::from(has_finalized_features_epoch)
                    + u32::from(has_finalized_features)
                    + u32::from(has_zk_migration_ready),
            );
            if has_supported_features {
                w.tag(0, |w| w.array(&self.supported_features, true, |w, value| value.encode(w, version)))?;
            }
            if has_finalized_features_epoch {
                w.tag(1, |w| {
                    w.i64(self.finalized_features_epoch);
                    Ok(())
                })?;
            }
            if has_finalized_features {
                w.tag(2, |w| w.array(&self.finalized_features, true, |w, value| value.encode(w, version)))?;
            }
            if has_zk_migration_ready {
                w.tag(3, |w| {
                    w.bool(self.zk_migration_ready);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

/// The APIs supported by the broker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersion {
    /// The API index.
    pub api_key: i16,
    /// The minimum supported version, inclusive.
    pub min_version: i16,
    /// The maximum supported version, inclusive.
    pub max_version: i16,
}

#[cfg(any(test, feature = "client"))]
impl ApiVersion {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self { api_key: r.i16()?, min_version: r.i16()?, max_version: r.i16()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl ApiVersion {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.i16(self.api_key);
        w.i16(self.min_version);
        w.i16(self.max_version);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Features supported by the broker. Note: in v0-v3, features with MinSupportedVersion = 0 are omitted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SupportedFeatureKey<'a> {
    /// The name of the feature.
    pub name: &'a str,
    /// The minimum supported version for the feature.
    pub min_version: i16,
    /// The maximum supported version for the feature.
    pub max_version: i16,
}

#[cfg(any(test, feature = "client"))]
impl<'a> SupportedFeatureKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, min_version: r.i16()?, max_version: r.i16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl SupportedFeatureKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.i16(self.min_version);
        w.i16(self.max_version);
        w.uvarint(0);
        Ok(())
    }
}

/// List of cluster-wide finalized features. The information is valid only if FinalizedFeaturesEpoch >= 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinalizedFeatureKey<'a> {
    /// The name of the feature.
    pub name: &'a str,
    /// The cluster-wide finalized max version level for the feature.
    pub max_version_level: i16,
    /// The cluster-wide finalized min version level for the feature.
    pub min_version_level: i16,
}

#[cfg(any(test, feature = "client"))]
impl<'a> FinalizedFeatureKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, max_version_level: r.i16()?, min_version_level: r.i16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl FinalizedFeatureKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.i16(self.max_version_level);
        w.i16(self.min_version_level);
        w.uvarint(0);
        Ok(())
    }
}
