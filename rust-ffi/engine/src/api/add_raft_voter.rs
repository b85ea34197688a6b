//! AddRaftVoter (key 80), versions 0-1. Kafka: KafkaRaftClient.handleAddVoterRequest.
//! Does: refuses, as a cluster with statically configured voters does: `kraft.version` is 0. An invalid request is
//! refused first (measured on Kafka 4.3.1).
//! By version: 1 whether to wait for the commit.
//! Leaves out: nothing.

use wire::{
    ErrorCode, Uuid,
    message::{
        add_raft_voter_request::{AddRaftVoterRequest, Listener},
        add_raft_voter_response::AddRaftVoterResponse,
    },
};

use super::describe_quorum::CONTROLLER_LISTENER;
use crate::{Engine, api_error::ApiError, context::RequestContext, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &AddRaftVoterRequest<'_>) -> Outcome {
    let error = refuse(engine, request);
    let response = AddRaftVoterResponse {
        throttle_time_ms: 0,
        error_code: error.code.code(),
        error_message: error.message.as_deref(),
    };
    context.reply(|writer, version| response.encode(writer, version))
}

fn refuse(engine: &Engine, request: &AddRaftVoterRequest<'_>) -> ApiError {
    if let Err(error) = check_cluster(engine, request.cluster_id) {
        return error;
    }
    if !is_voter(request.voter_id, request.voter_directory_id) {
        return ApiError::new(ErrorCode::InvalidRequest, "Add voter request didn't include a valid voter");
    }
    if !request.listeners.iter().any(|listener| listener.name == CONTROLLER_LISTENER) {
        let endpoint =
            |one: &Listener<'_>| format!("ListenerName({})={}/<unresolved>:{}", one.name, one.host, one.port);
        let endpoints: Vec<String> = request.listeners.iter().map(endpoint).collect();
        let words = format!(
            "Add voter request didn't include the endpoint (Endpoints(endpoints={{{}}})) for the default listener \
             ListenerName({CONTROLLER_LISTENER})",
            endpoints.join(", ")
        );
        return ApiError::new(ErrorCode::InvalidRequest, words);
    }
    let words = "Cluster doesn't support adding voter because the kraft.version feature is 0";
    ApiError::new(ErrorCode::UnsupportedVersion, words)
}

/// Checks the cluster id, which may be null. Kafka: `KafkaRaftClient.hasValidClusterId`.
pub(super) fn check_cluster(engine: &Engine, cluster_id: Option<&str>) -> Result<(), ApiError> {
    let ours = &engine.settings.cluster_id;
    match cluster_id {
        Some(id) if id != ours => {
            let words = format!("The given id \"{id}\" doesn't match the cluster id \"{ours}\"");
            Err(ApiError::new(ErrorCode::InconsistentClusterId, words))
        }
        _ => Ok(()),
    }
}

/// Kafka: `RaftUtil.addVoterRequestVoterKey`.
pub(super) fn is_voter(id: i32, directory: Uuid) -> bool {
    id >= 0 && !directory.is_zero()
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{Settings, testing::ask};

    #[test]
    fn no_voter_can_be_added() {
        let engine = Engine::new(Settings::default());
        let listener = |name| Listener { name, host: "localhost", port: 5 };
        let directory = Uuid([1; 16]);
        for (cluster_id, voter_id, voter_directory_id, listeners, code) in [
            (None, 2, directory, vec![], 42),
            (Some("other"), -1, directory, vec![], 104),
            (Some("tansu"), -1, directory, vec![listener("CONTROLLER")], 42),
            (None, 2, Uuid::ZERO, vec![listener("CONTROLLER")], 42),
            (None, 2, directory, vec![listener("X")], 42),
            (None, 2, directory, vec![listener("X"), listener("CONTROLLER")], 35),
        ] {
            for version in 0..=1 {
                let request = AddRaftVoterRequest {
                    cluster_id,
                    timeout_ms: 1_000,
                    voter_id,
                    voter_directory_id,
                    listeners: listeners.clone(),
                    ..AddRaftVoterRequest::default()
                };
                let body = ask(&engine, 80, version, &Request::AddRaftVoter(request));
                let response = AddRaftVoterResponse::decode(&mut Reader::new(&body), version).unwrap();
                assert_eq!(response.error_code, code, "{response:?}");
            }
        }
    }
}
