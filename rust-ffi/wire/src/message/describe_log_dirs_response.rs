// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeLogDirsResponse (key 35), versions 1-5, flexible from 2.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error. (versions 3+)
    pub error_code: i16,
    /// The log directories.
    pub results: Vec<DescribeLogDirsResult<'a>>,
}

impl DescribeLogDirsResponse<'_> {
    pub const KEY: i16 = 35;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=5;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeLogDirsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: if version >= 3 { r.i16()? } else { 0 },
            results: r.array(flexible, 4, |r| DescribeLogDirsResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeLogDirsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i32(self.throttle_time_ms);
        if version >= 3 {
            w.error_code(self.error_code);
        }
        w.array(&self.results, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The log directories.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeLogDirsResult<'a> {
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The absolute log directory path.
    pub log_dir: &'a str,
    /// The topics.
    pub topics: Vec<DescribeLogDirsTopic<'a>>,
    /// The total size in bytes of the volume the log directory is in. This value does not include the size of data
    /// stored in remote storage. (versions 4+)
    pub total_bytes: i64,
    /// The usable size in bytes of the volume the log directory is in. This value does not include the size of data
    /// stored in remote storage. (versions 4+)
    pub usable_bytes: i64,
    /// True if this log directory is cordoned. (versions 5+)
    pub is_cordoned: bool,
}

impl Default for DescribeLogDirsResult<'_> {
    fn default() -> Self {
        Self { error_code: 0, log_dir: "", topics: Vec::new(), total_bytes: -1, usable_bytes: -1, is_cordoned: false }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeLogDirsResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            error_code: r.i16()?,
            log_dir: r.string(flexible)?,
            topics: r.array(flexible, 2, |r| DescribeLogDirsTopic::decode(r, version))?,
            total_bytes: if version >= 4 { r.i64()? } else { -1 },
            usable_bytes: if version >= 4 { r.i64()? } else { -1 },
            is_cordoned: if version >= 5 { r.bool()? } else { false },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeLogDirsResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.error_code(self.error_code);
        w.string(self.log_dir, flexible)?;
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        if version >= 4 {
            w.i64(self.total_bytes);
        }
        if version >= 4 {
            w.i64(self.usable_bytes);
        }
        if version >= 5 {
            w.bool(self.is_cordoned);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The partitions.
    pub partitions: Vec<DescribeLogDirsPartition>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeLogDirsTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            name: r.string(flexible)?,
            partitions: r.array(flexible, 21, |r| DescribeLogDirsPartition::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeLogDirsTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.name, flexible)?;
        w.array(&self.partitions, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsPartition {
    /// The partition index.
    pub partition_index: i32,
    /// The size of the log segments in this partition in bytes.
    pub partition_size: i64,
    /// The lag of the log's LEO w.r.t. partition's HW (if it is the current log for the partition) or current
    /// replica's LEO (if it is the future log for the partition).
    pub offset_lag: i64,
    /// True if this log is created by AlterReplicaLogDirsRequest and will replace the current log of the replica in
    /// the future.
    pub is_future_key: bool,
}

#[cfg(any(test, feature = "client"))]
impl DescribeLogDirsPartition {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            partition_index: r.i32()?,
            partition_size: r.i64()?,
            offset_lag: r.i64()?,
            is_future_key: r.bool()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeLogDirsPartition {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i32(self.partition_index);
        w.i64(self.partition_size);
        w.i64(self.offset_lag);
        w.bool(self.is_future_key);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
