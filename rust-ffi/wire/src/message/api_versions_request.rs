// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ApiVersionsRequest (key 18), versions 0-4, flexible from 3.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersionsRequest<'a> {
    /// The name of the client. (versions 3+)
    pub client_software_name: &'a str,
    /// The version of the client. (versions 3+)
    pub client_software_version: &'a str,
}

impl ApiVersionsRequest<'_> {
    pub const KEY: i16 = 18;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=4;
}

impl<'a> ApiVersionsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            client_software_name: if version >= 3 { r.string(flexible)? } else { "" },
            client_software_version: if version >= 3 { r.string(flexible)? } else { "" },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ApiVersionsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 3 {
            w.string(self.client_software_name, flexible)?;
        }
        if version >= 3 {
            w.string(self.client_software_version, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
