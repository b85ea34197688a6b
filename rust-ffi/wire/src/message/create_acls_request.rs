// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! CreateAclsRequest (key 30), versions 1-3, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateAclsRequest<'a> {
    /// The ACLs that we want to create.
    pub creations: Vec<AclCreation<'a>>,
}

impl CreateAclsRequest<'_> {
    pub const KEY: i16 = 30;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

impl<'a> CreateAclsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { creations: r.array(flexible, 7, |r| AclCreation::decode(r, version))? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreateAclsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.creations, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The ACLs that we want to create.
#[derive(Clone, Debug, PartialEq)]
pub struct AclCreation<'a> {
    /// The type of the resource.
    pub resource_type: i8,
    /// The resource name for the ACL.
    pub resource_name: &'a str,
    /// The pattern type for the ACL.
    pub resource_pattern_type: i8,
    /// The principal for the ACL.
    pub principal: &'a str,
    /// The host for the ACL.
    pub host: &'a str,
    /// The operation type for the ACL (read, write, etc.).
    pub operation: i8,
    /// The permission type for the ACL (allow, deny, etc.).
    pub permission_type: i8,
}

impl Default for AclCreation<'_> {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: "",
            resource_pattern_type: 3,
            principal: "",
            host: "",
            operation: 0,
            permission_type: 0,
        }
    }
}

impl<'a> AclCreation<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            resource_type: r.i8()?,
            resource_name: r.string(flexible)?,
            resource_pattern_type: r.i8()?,
            principal: r.string(flexible)?,
            host: r.string(flexible)?,
            operation: r.i8()?,
            permission_type: r.i8()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AclCreation<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i8(self.resource_type);
        w.string(self.resource_name, flexible)?;
        w.i8(self.resource_pattern_type);
        w.string(self.principal, flexible)?;
        w.string(self.host, flexible)?;
        w.i8(self.operation);
        w.i8(self.permission_type);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
