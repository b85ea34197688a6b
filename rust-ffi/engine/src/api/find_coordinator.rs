//! FindCoordinator (key 10), versions 0-6. Owner: this file. Kafka: KafkaApis.handleFindCoordinatorRequest.
//! Does: names this node for every group, transactional id and share partition; there is no other one.
//! By version: 1 key type, error message; 3 flexible; 4 several keys (KIP-699); 6 share partitions (KIP-932).
//! Leaves out: COORDINATOR_NOT_AVAILABLE while an internal topic is being created. `__consumer_offsets` and
//! `__transaction_state` are created by the first request for their coordinator, before it is answered.

use wire::{
    ErrorCode,
    message::{
        find_coordinator_request::FindCoordinatorRequest,
        find_coordinator_response::{Coordinator, FindCoordinatorResponse},
    },
};

use crate::{Engine, context::RequestContext, groups, outcome::Outcome, transactions};

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const SHARE: i8 = 2;

/// An answer is many times as large as its key.
const KEYS_MAX: usize = 1_000_000;

/// Kafka: `Errors.INVALID_REQUEST`.
const INVALID_REQUEST: &str = "This most likely occurs because of a request being malformed by the client library or \
     the message was sent to an incompatible broker. See the broker logs for more details.";

/// Kafka: `Errors.COORDINATOR_NOT_AVAILABLE`.
const NOT_AVAILABLE: &str = "The coordinator is not available.";

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &FindCoordinatorRequest<'_>) -> Outcome {
    let response = if context.version < 4 {
        let found = find(engine, context, request.key_type, request.key);
        FindCoordinatorResponse {
            error_code: found.error_code,
            // Kafka names the absence of an error, too.
            error_message: Some(match found.error_code {
                0 => "NONE",
                code if code == ErrorCode::CoordinatorNotAvailable.code() => NOT_AVAILABLE,
                _ => INVALID_REQUEST,
            }),
            node_id: found.node_id,
            host: found.host,
            port: found.port,
            ..FindCoordinatorResponse::default()
        }
    } else if request.coordinator_keys.len() > KEYS_MAX {
        return Outcome::Close(format!("FindCoordinator asks for more than {KEYS_MAX} keys"));
    } else {
        let coordinators = request.coordinator_keys.iter().map(|key| find(engine, context, request.key_type, key));
        FindCoordinatorResponse { coordinators: coordinators.collect(), ..FindCoordinatorResponse::default() }
    };
    context.reply(|w, v| response.encode(w, v))
}

fn find<'a>(engine: &'a Engine, context: &RequestContext<'_>, key_type: i8, key: &'a str) -> Coordinator<'a> {
    let refused = |error_code: ErrorCode, error_message| Coordinator {
        key,
        node_id: -1,
        host: "",
        port: -1,
        error_code: error_code.code(),
        error_message: Some(error_message),
    };
    let is_valid = match key_type {
        GROUP | TRANSACTION => true,
        SHARE => context.version >= 6 && is_share_partition(key),
        _ => false,
    };
    if !is_valid {
        // Only a type that does not exist is told in words.
        let is_known = matches!(key_type, GROUP | TRANSACTION | SHARE);
        return refused(ErrorCode::InvalidRequest, if is_known { "" } else { INVALID_REQUEST });
    }
    let prepared = match key_type {
        GROUP => groups::prepare(engine),
        TRANSACTION => transactions::prepare(engine),
        _ => Ok(()),
    };
    if let Err(code) = prepared {
        return refused(code, "");
    }
    let settings = &engine.settings;
    Coordinator {
        key,
        node_id: settings.node_id,
        host: &settings.host,
        port: settings.port.into(),
        error_code: 0,
        error_message: Some(""),
    }
}

/// `group:topic id:partition`. Kafka: `SharePartitionKey.validate`.
fn is_share_partition(key: &str) -> bool {
    let parts: Vec<&str> = key.split(':').collect();
    let [group, topic_id, partition] = parts[..] else { return false };
    let is_uuid = topic_id.len() == 22 && topic_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    !group.trim().is_empty() && is_uuid && partition.parse::<i32>().is_ok()
}
