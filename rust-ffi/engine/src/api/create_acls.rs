//! CreateAcls (key 30), versions 1-3. Owner: this file. Kafka: AclApis.handleCreateAcls.
//! Does: refuses each ACL with SECURITY_DISABLED, as Kafka does without an authorizer. The ACL itself is not checked.
//! By version: 2 flexible; 3 user resources (KIP-373).
//! Leaves out: ACLs.

use wire::{
    ErrorCode,
    message::{
        create_acls_request::{AclCreation, CreateAclsRequest},
        create_acls_response::{AclCreationResult, CreateAclsResponse},
    },
};

use super::describe_acls::UNKNOWN;
use crate::{Engine, context::RequestContext, outcome::Outcome};

pub(super) const NO_AUTHORIZER: &str = "No Authorizer is configured.";

fn is_unknown(acl: &AclCreation<'_>) -> bool {
    [acl.resource_type, acl.resource_pattern_type, acl.operation, acl.permission_type].contains(&UNKNOWN)
}

pub(crate) fn handle(_engine: &Engine, context: &RequestContext<'_>, request: &CreateAclsRequest<'_>) -> Outcome {
    if request.creations.iter().any(is_unknown) {
        return Outcome::Close("CreateAcls names an unknown type, operation or permission".to_owned());
    }
    let refused = |_: &AclCreation<'_>| AclCreationResult {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(NO_AUTHORIZER),
    };
    let results = request.creations.iter().map(refused).collect();
    let response = CreateAclsResponse { throttle_time_ms: 0, results };
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
    fn each_acl_is_refused() {
        let engine = Engine::new(Settings::default());
        let acl = AclCreation {
            resource_type: 2,
            resource_name: "t",
            resource_pattern_type: 3,
            principal: "User:a",
            host: "*",
            operation: 3,
            permission_type: 3,
        };
        for version in 1..=3 {
            let request = CreateAclsRequest { creations: vec![acl.clone(), acl.clone()] };
            let bytes = ask(&engine, 30, version, &Request::CreateAcls(request));
            let response = CreateAclsResponse::decode(&mut Reader::new(&bytes), version).unwrap();
            let seen: Vec<_> = response.results.iter().map(|one| (one.error_code, one.error_message)).collect();
            assert_eq!(seen, [(54, Some(NO_AUTHORIZER)); 2]);
            let request = CreateAclsRequest { creations: vec![AclCreation { resource_type: UNKNOWN, ..acl.clone() }] };
            let closed = send(&engine, Now::default(), 30, version, &Request::CreateAcls(request));
            assert!(matches!(closed, Outcome::Close(_)), "{closed:?}");
        }
    }
}
