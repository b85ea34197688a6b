// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DeleteAclsRequest (key 31), versions 1-3, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteAclsRequest<'a> {
    /// The filters to use when deleting ACLs.
    pub filters: Vec<DeleteAclsFilter<'a>>,
}

impl DeleteAclsRequest<'_> {
    pub const KEY: i16 = 31;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

impl<'a> DeleteAclsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { filters: r.array(flexible, 7, |r| DeleteAclsFilter::decode(r, version))? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteAclsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.filters, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The filters to use when deleting ACLs.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAclsFilter<'a> {
    /// The resource type.
    pub resource_type_filter: i8,
    /// The resource name, or null to match any resource name.
    pub resource_name_filter: Option<&'a str>,
    /// The pattern type.
    pub pattern_type_filter: i8,
    /// The principal filter, or null to accept all principals.
    pub principal_filter: Option<&'a str>,
    /// The host filter, or null to accept all hosts.
    pub host_filter: Option<&'a str>,
    /// The ACL operation.
    pub operation: i8,
    /// The permission type.
    pub permission_type: i8,
}

impl Default for DeleteAclsFilter<'_> {
    fn default() -> Self {
        Self {
            resource_type_filter: 0,
            resource_name_filter: Some(""),
            pattern_type_filter: 3,
            principal_filter: Some(""),
            host_filter: Some(""),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl<'a> DeleteAclsFilter<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            resource_type_filter: r.i8()?,
            resource_name_filter: r.nullable_string(flexible)?,
            pattern_type_filter: r.i8()?,
            principal_filter: r.nullable_string(flexible)?,
            host_filter: r.nullable_string(flexible)?,
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
impl DeleteAclsFilter<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i8(self.resource_type_filter);
        w.nullable_string(self.resource_name_filter, flexible)?;
        w.i8(self.pattern_type_filter);
        w.nullable_string(self.principal_filter, flexible)?;
        w.nullable_string(self.host_filter, flexible)?;
        w.i8(self.operation);
        w.i8(self.permission_type);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
