//! DescribeAcls (key 29), versions 1-3. Owner: this file. Kafka: AclApis.handleDescribeAcls.
//! Does: answers SECURITY_DISABLED, as Kafka does without an authorizer. Tools expect that answer.
//! By version: 2 flexible; 3 user resources (KIP-373).
//! Leaves out: ACLs.

use wire::{
    ErrorCode,
    message::{describe_acls_request::DescribeAclsRequest, describe_acls_response::DescribeAclsResponse},
};

use crate::{Engine, context::RequestContext, outcome::Outcome};

/// `UNKNOWN` of the types, the operations and the permissions: Kafka closes the connection on it.
pub(super) const UNKNOWN: i8 = 0;

pub(crate) fn handle(_engine: &Engine, context: &RequestContext<'_>, request: &DescribeAclsRequest<'_>) -> Outcome {
    let DescribeAclsRequest { resource_type_filter, pattern_type_filter, operation, permission_type, .. } = *request;
    if [resource_type_filter, pattern_type_filter, operation, permission_type].contains(&UNKNOWN) {
        return Outcome::Close("DescribeAcls names an unknown type, operation or permission".to_owned());
    }
    let response = DescribeAclsResponse {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some("No Authorizer is configured on the broker"),
        ..DescribeAclsResponse::default()
    };
    context.reply(|writer, version| response.encode(writer, version))
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{
        Now, Settings,
        testing::{ask, send},
    };

    #[test]
    fn security_is_disabled() {
        let engine = Engine::new(Settings::default());
        let any = DescribeAclsRequest {
            resource_type_filter: 1,
            pattern_type_filter: 1,
            operation: 1,
            permission_type: 1,
            ..Default::default()
        };
        for version in 1..=3 {
            let bytes = ask(&engine, 29, version, &Request::DescribeAcls(any.clone()));
            let response = DescribeAclsResponse::decode(&mut Reader::new(&bytes), version).unwrap();
            assert_eq!((response.error_code, response.resources.len()), (54, 0));
            assert_eq!(response.error_message, Some("No Authorizer is configured on the broker"));
            let unknown = DescribeAclsRequest { operation: UNKNOWN, ..any.clone() };
            let closed = send(&engine, Now::default(), 29, version, &Request::DescribeAcls(unknown));
            assert!(matches!(closed, Outcome::Close(_)), "{closed:?}");
        }
    }
}
