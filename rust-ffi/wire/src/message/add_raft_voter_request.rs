// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AddRaftVoterRequest (key 80), versions 0-1, flexible in all.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct AddRaftVoterRequest<'a> {
    /// The cluster id.
    pub cluster_id: Option<&'a str>,
    /// The maximum time to wait for the request to complete before returning.
    pub timeout_ms: i32,
    /// The replica id of the voter getting added to the topic partition.
    pub voter_id: i32,
    /// The directory id of the voter getting added to the topic partition.
    pub voter_directory_id: Uuid,
    /// The endpoints that can be used to communicate with the voter.
    pub listeners: Vec<Listener<'a>>,
    /// When true, return a response after the new voter set is committed. Otherwise, return after the leader writes
    /// the changes locally. (versions 1+)
    pub ack_when_committed: bool,
}

impl Default for AddRaftVoterRequest<'_> {
    fn default() -> Self {
        Self {
            cluster_id: Some(""),
            timeout_ms: 0,
            voter_id: 0,
            voter_directory_id: Uuid::ZERO,
            listeners: Vec::new(),
            ack_when_committed: true,
        }
    }
}

impl AddRaftVoterRequest<'_> {
    pub const KEY: i16 = 80;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> AddRaftVoterRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            cluster_id: r.nullable_string(true)?,
            timeout_ms: r.i32()?,
            voter_id: r.i32()?,
            voter_directory_id: r.uuid()?,
            listeners: r.array(true, 5, |r| Listener::decode(r, version))?,
            ack_when_committed: if version >= 1 { r.bool()? } else { true },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AddRaftVoterRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.nullable_string(self.cluster_id, true)?;
        w.i32(self.timeout_ms);
        w.i32(self.voter_id);
        w.uuid(self.voter_directory_id);
        w.array(&self.listeners, true, |w, value| value.encode(w, version))?;
        if version >= 1 {
            w.bool(self.ack_when_committed);
        }
        w.uvarint(0);
        Ok(())
    }
}

/// The endpoints that can be used to communicate with the voter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener<'a> {
    /// The name of the endpoint.
    pub name: &'a str,
    /// The hostname.
    pub host: &'a str,
    /// The port.
    pub port: u16,
}

impl<'a> Listener<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, host: r.string(true)?, port: r.u16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl Listener<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.string(self.host, true)?;
        w.u16(self.port);
        w.uvarint(0);
        Ok(())
    }
}
