// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupMemberMetadataValue (record type 5), versions 0, flexible in all.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue<'a> {
    /// The (optional) instance id.
    pub instance_id: Option<&'a str>,
    /// The (optional) rack id.
    pub rack_id: Option<&'a str>,
    /// The client id.
    pub client_id: &'a str,
    /// The client host.
    pub client_host: &'a str,
    /// The list of subscribed topic names.
    pub subscribed_topic_names: Vec<&'a str>,
    /// The subscribed topic regular expression.
    pub subscribed_topic_regex: Option<&'a str>,
    /// The rebalance timeout.
    pub rebalance_timeout_ms: i32,
    /// The server assignor to use; or null if not used.
    pub server_assignor: Option<&'a str>,
    /// The classic member metadata which includes the supported protocols of the consumer if it uses the classic
    /// protocol. The metadata is null if the consumer uses the consumer protocol. (tag 0)
    pub classic_member_metadata: Option<ClassicMemberMetadata<'a>>,
}

impl Default for ConsumerGroupMemberMetadataValue<'_> {
    fn default() -> Self {
        Self {
            instance_id: Some(""),
            rack_id: Some(""),
            client_id: "",
            client_host: "",
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: Some(""),
            rebalance_timeout_ms: -1,
            server_assignor: Some(""),
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
        }
    }
}

impl ConsumerGroupMemberMetadataValue<'_> {
    pub const KEY: i16 = 5;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> ConsumerGroupMemberMetadataValue<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let mut message = Self {
            instance_id: r.nullable_string(true)?,
            rack_id: r.nullable_string(true)?,
            client_id: r.string(true)?,
            client_host: r.string(true)?,
            subscribed_topic_names: r.array(true, 1, |r| r.string(true))?,
            subscribed_topic_regex: r.nullable_string(true)?,
            rebalance_timeout_ms: r.i32()?,
            server_assignor: r.nullable_string(true)?,
            ..Self::default()
        };
        r.tags(|tag, r| {
            match tag {
                0 => {
                    message.classic_member_metadata =
                        r.nullable_struct(|r| ClassicMemberMetadata::decode(r, version))?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(message)
    }
}

impl ConsumerGroupMemberMetadataValue<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.nullable_string(self.instance_id, true)?;
        w.nullable_string(self.rack_id, true)?;
        w.string(self.client_id, true)?;
        w.string(self.client_host, true)?;
        w.array(&self.subscribed_topic_names, true, |w, value| w.string(value, true))?;
        w.nullable_string(self.subscribed_topic_regex, true)?;
        w.i32(self.rebalance_timeout_ms);
        w.nullable_string(self.server_assignor, true)?;
        let has_classic_member_metadata = self.classic_member_metadata != Some(ClassicMemberMetadata::default());
        w.uvarint(u32::from(has_classic_member_metadata));
        if has_classic_member_metadata {
            w.tag(0, |w| {
                w.nullable_struct(self.classic_member_metadata.as_ref(), |w, value| value.encode(w, version))
            })?;
        }
        Ok(())
    }
}

/// The classic member metadata which includes the supported protocols of the consumer if it uses the classic
/// protocol. The metadata is null if the consumer uses the consumer protocol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicMemberMetadata<'a> {
    /// The session timeout if the consumer uses the classic protocol.
    pub session_timeout_ms: i32,
    /// The list of protocols that the member supports if the consumer uses the classic protocol.
    pub supported_protocols: Vec<ClassicProtocol<'a>>,
}

impl<'a> ClassicMemberMetadata<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            session_timeout_ms: r.i32()?,
            supported_protocols: r.array(true, 3, |r| ClassicProtocol::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ClassicMemberMetadata<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.session_timeout_ms);
        w.array(&self.supported_protocols, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The list of protocols that the member supports if the consumer uses the classic protocol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicProtocol<'a> {
    /// The protocol name.
    pub name: &'a str,
    /// The protocol metadata.
    pub metadata: &'a [u8],
}

impl<'a> ClassicProtocol<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, metadata: r.bytes(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ClassicProtocol<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.bytes(self.metadata, true)?;
        w.uvarint(0);
        Ok(())
    }
}
