// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! GroupMetadataValue (record type 2), versions 0-4, flexible from 4.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct GroupMetadataValue<'a> {
    /// The protocol type.
    pub protocol_type: &'a str,
    /// The generation id.
    pub generation: i32,
    /// The protocol name.
    pub protocol: Option<&'a str>,
    /// The leader id.
    pub leader: Option<&'a str>,
    /// The timestamp of the last state change. (versions 2+)
    pub current_state_timestamp: i64,
    /// The group members.
    pub members: Vec<MemberMetadata<'a>>,
}

impl Default for GroupMetadataValue<'_> {
    fn default() -> Self {
        Self {
            protocol_type: "",
            generation: 0,
            protocol: Some(""),
            leader: Some(""),
            current_state_timestamp: -1,
            members: Vec::new(),
        }
    }
}

impl GroupMetadataValue<'_> {
    pub const KEY: i16 = 2;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=4;
}

impl<'a> GroupMetadataValue<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            protocol_type: r.string(flexible)?,
            generation: r.i32()?,
            protocol: r.nullable_string(flexible)?,
            leader: r.nullable_string(flexible)?,
            current_state_timestamp: if version >= 2 { r.i64()? } else { -1 },
            members: r.array(flexible, 9, |r| MemberMetadata::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl GroupMetadataValue<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.protocol_type, flexible)?;
        w.i32(self.generation);
        w.nullable_string(self.protocol, flexible)?;
        w.nullable_string(self.leader, flexible)?;
        if version >= 2 {
            w.i64(self.current_state_timestamp);
        }
        w.array(&self.members, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct MemberMetadata<'a> {
    /// The member id.
    pub member_id: &'a str,
    /// The group instance id. (versions 3+)
    pub group_instance_id: Option<&'a str>,
    /// The client id.
    pub client_id: &'a str,
    /// The client host.
    pub client_host: &'a str,
    /// The rebalance timeout. (versions 1+)
    pub rebalance_timeout: i32,
    /// The session timeout.
    pub session_timeout: i32,
    /// The subscription.
    pub subscription: &'a [u8],
    /// The assignment.
    pub assignment: &'a [u8],
}

impl Default for MemberMetadata<'_> {
    fn default() -> Self {
        Self {
            member_id: "",
            group_instance_id: None,
            client_id: "",
            client_host: "",
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: &[],
            assignment: &[],
        }
    }
}

impl<'a> MemberMetadata<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            member_id: r.string(flexible)?,
            group_instance_id: if version >= 3 { r.nullable_string(flexible)? } else { None },
            client_id: r.string(flexible)?,
            client_host: r.string(flexible)?,
            rebalance_timeout: if version >= 1 { r.i32()? } else { -1 },
            session_timeout: r.i32()?,
            subscription: r.bytes(flexible)?,
            assignment: r.bytes(flexible)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl MemberMetadata<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.member_id, flexible)?;
        if version >= 3 {
            w.nullable_string(self.group_instance_id, flexible)?;
        }
        w.string(self.client_id, flexible)?;
        w.string(self.client_host, flexible)?;
        if version >= 1 {
            w.i32(self.rebalance_timeout);
        }
        w.i32(self.session_timeout);
        w.bytes(self.subscription, flexible)?;
        w.bytes(self.assignment, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
