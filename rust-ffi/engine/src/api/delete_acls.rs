//! DeleteAcls (key 31), versions 1-3. Owner: this file. Kafka: AclApis.handleDeleteAcls.
//! Does: refuses each filter with SECURITY_DISABLED, as Kafka does without an authorizer.
//! By version: 2 flexible; 3 user resources (KIP-373).
//! Leaves out: ACLs.

use wire::{
    ErrorCode,
    message::{
        delete_acls_request::{DeleteAclsFilter, DeleteAclsRequest},
        delete_acls_response::{DeleteAclsFilterResult, DeleteAclsResponse},
    },
};

use super::{create_acls::NO_AUTHORIZER, describe_acls::UNKNOWN};
use crate::{Engine, context::RequestContext, outcome::Outcome};

fn is_unknown(acl: &DeleteAclsFilter<'_>) -> bool {
    [acl.resource_type_filter, acl.pattern_type_filter, acl.operation, acl.permission_type].contains(&UNKNOWN)
}

pub(crate) fn handle(_engine: &Engine, context: &RequestContext<'_>, request: &DeleteAclsRequest<'_>) -> Outcome {
    if request.filters.iter().any(is_unknown) {
        return Outcome::Close("DeleteAcls names an unknown type, operation or permission".to_owned());
    }
    let refused = |_: &DeleteAclsFilter<'_>| DeleteAclsFilterResult {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(NO_AUTHORIZER),
        matching_acls: Vec::new(),
    };
    let filter_results = request.filters.iter().map(refused).collect();
    let response = DeleteAclsResponse { throttle_time_ms: 0, filter_results };
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
    fn each_filter_is_refused() {
        let engine = Engine::new(Settings::default());
        let any = DeleteAclsFilter {
            resource_type_filter: 1,
            pattern_type_filter: 1,
            operation: 1,
            permission_type: 1,
            ..Default::default()
        };
        for version in 1..=3 {
            let request = DeleteAclsRequest { filters: vec![any.clone(), any.clone()] };
            let bytes = ask(&engine, 31, version, &Request::DeleteAcls(request));
            let response = DeleteAclsResponse::decode(&mut Reader::new(&bytes), version).unwrap();
            let seen: Vec<_> = response.filter_results.iter().map(|one| (one.error_code, one.error_message)).collect();
            assert_eq!(seen, [(54, Some(NO_AUTHORIZER)); 2]);
            let request = DeleteAclsRequest { filters: vec![DeleteAclsFilter { operation: UNKNOWN, ..any.clone() }] };
            let closed = send(&engine, Now::default(), 31, version, &Request::DeleteAcls(request));
            assert!(matches!(closed, Outcome::Close(_)), "{closed:?}");
        }
    }
}
