// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! WriteTxnMarkersResponse (key 27), versions 1-2, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteTxnMarkersResponse<'a> {
    /// The results for writing makers.
    pub markers: Vec<WritableTxnMarkerResult<'a>>,
}

impl WriteTxnMarkersResponse<'_> {
    pub const KEY: i16 = 27;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> WriteTxnMarkersResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { markers: r.array(true, 10, |r| WritableTxnMarkerResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl WriteTxnMarkersResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.markers, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for writing makers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerResult<'a> {
    /// The current producer ID in use by the transactional ID.
    pub producer_id: i64,
    /// The results by topic.
    pub topics: Vec<WritableTxnMarkerTopicResult<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> WritableTxnMarkerResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            producer_id: r.i64()?,
            topics: r.array(true, 3, |r| WritableTxnMarkerTopicResult::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl WritableTxnMarkerResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i64(self.producer_id);
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results by topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerTopicResult<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The results by partition.
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> WritableTxnMarkerTopicResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            name: r.string(true)?,
            partitions: r.array(true, 7, |r| WritableTxnMarkerPartitionResult::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl WritableTxnMarkerTopicResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results by partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerPartitionResult {
    /// The partition index.
    pub partition_index: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
}

#[cfg(any(test, feature = "client"))]
impl WritableTxnMarkerPartitionResult {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { partition_index: r.i32()?, error_code: r.i16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl WritableTxnMarkerPartitionResult {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.error_code(self.error_code);
        w.uvarint(0);
        Ok(())
    }
}
