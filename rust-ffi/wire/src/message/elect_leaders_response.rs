// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ElectLeadersResponse (key 43), versions 0-2, flexible from 2.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ElectLeadersResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top level response error code. (versions 1+)
    pub error_code: i16,
    /// The election results, or an empty array if the requester did not have permission and the request asks for
    /// all partitions.
    pub replica_election_results: Vec<ReplicaElectionResult<'a>>,
}

impl ElectLeadersResponse<'_> {
    pub const KEY: i16 = 43;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ElectLeadersResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: if version >= 1 { r.i16()? } else { 0 },
            replica_election_results: r.array(flexible, 2, |r| ReplicaElectionResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl ElectLeadersResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i32(self.throttle_time_ms);
        if version >= 1 {
            w.error_code(self.error_code);
        }
        w.array(&self.replica_election_results, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The election results, or an empty array if the requester did not have permission and the request asks for
/// all partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaElectionResult<'a> {
    /// The topic name.
    pub topic: &'a str,
    /// The results for each partition.
    pub partition_result: Vec<PartitionResult<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> ReplicaElectionResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            topic: r.string(flexible)?,
            partition_result: r.array(flexible, 7, |r| PartitionResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl ReplicaElectionResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.topic, flexible)?;
        w.array(&self.partition_result, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The results for each partition.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionResult<'a> {
    /// The partition id.
    pub partition_id: i32,
    /// The result error, or zero if there was no error.
    pub error_code: i16,
    /// The result message, or null if there was no error.
    pub error_message: Option<&'a str>,
}

impl Default for PartitionResult<'_> {
    fn default() -> Self {
        Self { partition_id: 0, error_code: 0, error_message: Some("") }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message =
            Self { partition_id: r.i32()?, error_code: r.i16()?, error_message: r.nullable_string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl PartitionResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i32(self.partition_id);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
