// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeClusterResponse (key 60), versions 0-2, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClusterResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top-level error code, or 0 if there was no error.
    pub error_code: i16,
    /// The top-level error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The endpoint type that was described. 1=brokers, 2=controllers. (versions 1+)
    pub endpoint_type: i8,
    /// The cluster ID that responding broker belongs to.
    pub cluster_id: &'a str,
    /// The ID of the controller. When handled by a controller, returns the current voter leader ID. When handled by
    /// a broker, returns a random alive broker ID as a fallback.
    pub controller_id: i32,
    /// Each broker in the response.
    pub brokers: Vec<DescribeClusterBroker<'a>>,
    /// 32-bit bitfield to represent authorized operations for this cluster.
    pub cluster_authorized_operations: i32,
}

impl Default for DescribeClusterResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            endpoint_type: 1,
            cluster_id: "",
            controller_id: -1,
            brokers: Vec::new(),
            cluster_authorized_operations: i32::MIN,
        }
    }
}

impl DescribeClusterResponse<'_> {
    pub const KEY: i16 = 60;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeClusterResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            endpoint_type: if version >= 1 { r.i8()? } else { 1 },
            cluster_id: r.string(true)?,
            controller_id: r.i32()?,
            brokers: r.array(true, 11, |r| DescribeClusterBroker::decode(r, version))?,
            cluster_authorized_operations: r.i32()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeClusterResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        if version >= 1 {
            w.i8(self.endpoint_type);
        }
        w.string(self.cluster_id, true)?;
        w.i32(self.controller_id);
        w.array(&self.brokers, true, |w, value| value.encode(w, version))?;
        w.i32(self.cluster_authorized_operations);
        w.uvarint(0);
        Ok(())
    }
}

/// Each broker in the response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClusterBroker<'a> {
    /// The broker ID.
    pub broker_id: i32,
    /// The broker hostname.
    pub host: &'a str,
    /// The broker port.
    pub port: i32,
    /// The rack of the broker, or null if it has not been assigned to a rack.
    pub rack: Option<&'a str>,
    /// Whether the broker is fenced. (versions 2+)
    pub is_fenced: bool,
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeClusterBroker<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            broker_id: r.i32()?,
            host: r.string(true)?,
            port: r.i32()?,
            rack: r.nullable_string(true)?,
            is_fenced: if version >= 2 { r.bool()? } else { false },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeClusterBroker<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.broker_id);
        w.string(self.host, true)?;
        w.i32(self.port);
        w.nullable_string(self.rack, true)?;
        if version >= 2 {
            w.bool(self.is_fenced);
        }
        w.uvarint(0);
        Ok(())
    }
}
