// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AlterReplicaLogDirsRequest (key 34), versions 1-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirsRequest<'a> {
    /// The alterations to make for each directory.
    pub dirs: Vec<AlterReplicaLogDir<'a>>,
}

impl AlterReplicaLogDirsRequest<'_> {
    pub const KEY: i16 = 34;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=2;
}

impl<'a> AlterReplicaLogDirsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { dirs: r.array(flexible, 2, |r| AlterReplicaLogDir::decode(r, version))? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterReplicaLogDirsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.dirs, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The alterations to make for each directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDir<'a> {
    /// The absolute directory path.
    pub path: &'a str,
    /// The topics to add to the directory.
    pub topics: Vec<AlterReplicaLogDirTopic<'a>>,
}

impl<'a> AlterReplicaLogDir<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            path: r.string(flexible)?,
            topics: r.array(flexible, 2, |r| AlterReplicaLogDirTopic::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterReplicaLogDir<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.path, flexible)?;
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The topics to add to the directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The partition indexes.
    pub partitions: Vec<i32>,
}

impl<'a> AlterReplicaLogDirTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { name: r.string(flexible)?, partitions: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterReplicaLogDirTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.name, flexible)?;
        w.array(&self.partitions, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
