//! RemoveRaftVoter (key 81), version 0. Kafka: KafkaRaftClient.handleRemoveVoterRequest.
//! Does: refuses, as a cluster with statically configured voters does: `kraft.version` is 0. An invalid request is
//! refused first (measured on Kafka 4.3.1).
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{remove_raft_voter_request::RemoveRaftVoterRequest, remove_raft_voter_response::RemoveRaftVoterResponse},
};

use super::add_raft_voter::{check_cluster, is_voter};
use crate::{Engine, api_error::ApiError, context::RequestContext, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &RemoveRaftVoterRequest<'_>) -> Outcome {
    let error = match check_cluster(engine, request.cluster_id) {
        Err(error) => error,
        Ok(()) if !is_voter(request.voter_id, request.voter_directory_id) => {
            ApiError::new(ErrorCode::InvalidRequest, "Remove voter request didn't include a valid voter")
        }
        Ok(()) => ApiError::new(
            ErrorCode::UnsupportedVersion,
            "Cluster doesn't support removing voter because the kraft.version feature is 0",
        ),
    };
    let response = RemoveRaftVoterResponse {
        throttle_time_ms: 0,
        error_code: error.code.code(),
        error_message: error.message.as_deref(),
    };
    context.reply(|writer, version| response.encode(writer, version))
}

#[cfg(test)]
mod tests {
    use wire::{
        Uuid,
        message::{Reader, Request},
    };

    use super::*;
    use crate::{Settings, testing::ask};

    #[test]
    fn no_voter_can_be_removed() {
        let engine = Engine::new(Settings::default());
        for (cluster_id, voter_id, voter_directory_id, code) in [
            (None, 2, Uuid([1; 16]), 35),
            (None, 1, Uuid([1; 16]), 35),
            (Some("other"), -1, Uuid([1; 16]), 104),
            (Some("tansu"), -1, Uuid([1; 16]), 42),
            (None, 1, Uuid::ZERO, 42),
        ] {
            let request = RemoveRaftVoterRequest { cluster_id, voter_id, voter_directory_id };
            let body = ask(&engine, 81, 0, &Request::RemoveRaftVoter(request));
            let response = RemoveRaftVoterResponse::decode(&mut Reader::new(&body), 0).unwrap();
            assert_eq!(response.error_code, code, "{response:?}");
        }
    }
}
