// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! RemoveRaftVoterRequest (key 81), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct RemoveRaftVoterRequest<'a> {
    /// The cluster id of the request.
    pub cluster_id: Option<&'a str>,
    /// The replica id of the voter getting removed from the topic partition.
    pub voter_id: i32,
    /// The directory id of the voter getting removed from the topic partition.
    pub voter_directory_id: Uuid,
}

impl Default for RemoveRaftVoterRequest<'_> {
    fn default() -> Self {
        Self { cluster_id: Some(""), voter_id: 0, voter_directory_id: Uuid::ZERO }
    }
}

impl RemoveRaftVoterRequest<'_> {
    pub const KEY: i16 = 81;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> RemoveRaftVoterRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { cluster_id: r.nullable_string(true)?, voter_id: r.i32()?, voter_directory_id: r.uuid()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl RemoveRaftVoterRequest<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.nullable_string(self.cluster_id, true)?;
        w.i32(self.voter_id);
        w.uuid(self.voter_directory_id);
        w.uvarint(0);
        Ok(())
    }
}
