// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeAclsRequest (key 29), versions 1-3, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeAclsRequest<'a> {
    /// The resource type.
    pub resource_type_filter: i8,
    /// The resource name, or null to match any resource name.
    pub resource_name_filter: Option<&'a str>,
    /// The resource pattern to match.
    pub pattern_type_filter: i8,
    /// The principal to match, or null to match any principal.
    pub principal_filter: Option<&'a str>,
    /// The host to match, or null to match any host.
    pub host_filter: Option<&'a str>,
    /// The operation to match.
    pub operation: i8,
    /// The permission type to match.
    pub permission_type: i8,
}

impl Default for DescribeAclsRequest<'_> {
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

impl DescribeAclsRequest<'_> {
    pub const KEY: i16 = 29;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=3;
}

impl<'a> DescribeAclsRequest<'a> {
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
impl DescribeAclsRequest<'_> {
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
