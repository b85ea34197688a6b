//! ListPartitionReassignments (key 46), version 0. Kafka: ReplicationControlManager.listPartitionReassignments.
//! Does: returns no reassignments: on one node there are none, whether a topic exists or not (measured on Kafka 4.3.1).
//! Leaves out: nothing.

use wire::message::{
    list_partition_reassignments_request::ListPartitionReassignmentsRequest,
    list_partition_reassignments_response::ListPartitionReassignmentsResponse,
};

use crate::{Engine, context::RequestContext, outcome::Outcome};

pub(crate) fn handle(_: &Engine, context: &RequestContext<'_>, _: &ListPartitionReassignmentsRequest<'_>) -> Outcome {
    let response =
        ListPartitionReassignmentsResponse { error_message: None, ..ListPartitionReassignmentsResponse::default() };
    context.reply(|writer, version| response.encode(writer, version))
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{Settings, testing::ask};

    #[test]
    fn nothing_is_on_its_way() {
        let request = ListPartitionReassignmentsRequest { timeout_ms: 0, topics: None };
        let body = ask(&Engine::new(Settings::default()), 46, 0, &Request::ListPartitionReassignments(request));
        let response = ListPartitionReassignmentsResponse::decode(&mut Reader::new(&body), 0).unwrap();
        assert_eq!((response.error_code, response.error_message, response.topics.len()), (0, None, 0));
    }
}
