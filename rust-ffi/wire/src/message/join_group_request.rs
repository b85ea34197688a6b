// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! JoinGroupRequest (key 11), versions 0-9, flexible from 6.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupRequest<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The coordinator considers the consumer dead if it receives no heartbeat after this timeout in milliseconds.
    pub session_timeout_ms: i32,
    /// The maximum time in milliseconds that the coordinator will wait for each member to rejoin when rebalancing
    /// the group. (versions 1+)
    pub rebalance_timeout_ms: i32,
    /// The member id assigned by the group coordinator.
    pub member_id: &'a str,
    /// The unique identifier of the consumer instance provided by end user. (versions 5+)
    pub group_instance_id: Option<&'a str>,
    /// The unique name the for class of protocols implemented by the group we want to join.
    pub protocol_type: &'a str,
    /// The list of protocols that the member supports.
    pub protocols: Vec<JoinGroupRequestProtocol<'a>>,
    /// The reason why the member (re-)joins the group. (versions 8+)
    pub reason: Option<&'a str>,
}

impl Default for JoinGroupRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: "",
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: "",
            group_instance_id: None,
            protocol_type: "",
            protocols: Vec::new(),
            reason: None,
        }
    }
}

impl JoinGroupRequest<'_> {
    pub const KEY: i16 = 11;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=9;
}

impl<'a> JoinGroupRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            group_id: r.string(flexible)?,
            session_timeout_ms: r.i32()?,
            rebalance_timeout_ms: if version >= 1 { r.i32()? } else { -1 },
            member_id: r.string(flexible)?,
            group_instance_id: if version >= 5 { r.nullable_string(flexible)? } else { None },
            protocol_type: r.string(flexible)?,
            protocols: r.array(flexible, 2, |r| JoinGroupRequestProtocol::decode(r, version))?,
            reason: if version >= 8 { r.nullable_string(flexible)? } else { None },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl JoinGroupRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.string(self.group_id, flexible)?;
        w.i32(self.session_timeout_ms);
        if version >= 1 {
            w.i32(self.rebalance_timeout_ms);
        }
        w.string(self.member_id, flexible)?;
        if version >= 5 {
            w.nullable_string(self.group_instance_id, flexible)?;
        }
        w.string(self.protocol_type, flexible)?;
        w.array(&self.protocols, flexible, |w, value| value.encode(w, version))?;
        if version >= 8 {
            w.nullable_string(self.reason, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The list of protocols that the member supports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupRequestProtocol<'a> {
    /// The protocol name.
    pub name: &'a str,
    /// The protocol metadata.
    pub metadata: &'a [u8],
}

impl<'a> JoinGroupRequestProtocol<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self { name: r.string(flexible)?, metadata: r.bytes(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl JoinGroupRequestProtocol<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.string(self.name, flexible)?;
        w.bytes(self.metadata, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
