//! DescribeCluster (key 60), versions 0-2. Owner: the settings. Kafka: KafkaApis.handleDescribeCluster, AuthHelper.
//! Does: returns the one node, which is never fenced, and the authorized cluster operations. Measured on Kafka 4.3.1.
//! By version: 1 the endpoint type, which must be that of brokers; 2 whether fenced brokers are listed.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        describe_cluster_request::DescribeClusterRequest,
        describe_cluster_response::{DescribeClusterBroker, DescribeClusterResponse},
    },
};

use crate::{Engine, acl_operations, context::RequestContext, outcome::Outcome};

/// Kafka: `EndpointType`.
const BROKER: i8 = 1;
const CONTROLLER: i8 = 2;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &DescribeClusterRequest) -> Outcome {
    let words;
    let settings = &engine.settings;
    let response = match request.endpoint_type {
        BROKER => DescribeClusterResponse {
            error_message: None,
            cluster_id: &settings.cluster_id,
            controller_id: settings.node_id,
            brokers: vec![DescribeClusterBroker {
                broker_id: settings.node_id,
                host: &settings.host,
                port: settings.port.into(),
                rack: None,
                is_fenced: false,
            }],
            cluster_authorized_operations: match request.include_cluster_authorized_operations {
                true => acl_operations::CLUSTER,
                false => acl_operations::NOT_ASKED,
            },
            ..DescribeClusterResponse::default()
        },
        CONTROLLER => DescribeClusterResponse {
            error_code: ErrorCode::MismatchedEndpointType.code(),
            error_message: Some(
                "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
            ),
            ..DescribeClusterResponse::default()
        },
        other => {
            words = format!("Unsupported endpoint type {other}");
            DescribeClusterResponse {
                error_code: ErrorCode::UnsupportedEndpointType.code(),
                error_message: Some(&words),
                ..DescribeClusterResponse::default()
            }
        }
    };
    context.reply(|writer, version| response.encode(writer, version))
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{Settings, testing::ask};

    fn describe(version: i16, endpoint_type: i8, operations: bool, check: impl Fn(&DescribeClusterResponse<'_>)) {
        let engine = Engine::new(Settings { node_id: 7, ..Settings::default() });
        let request = DescribeClusterRequest {
            include_cluster_authorized_operations: operations,
            endpoint_type,
            include_fenced_brokers: true,
        };
        let body = ask(&engine, 60, version, &Request::DescribeCluster(request));
        check(&DescribeClusterResponse::decode(&mut Reader::new(&body), version).unwrap());
    }

    #[test]
    fn the_one_node_is_the_controller_and_not_fenced() {
        for version in 0..=2 {
            describe(version, BROKER, false, |said| {
                assert_eq!((said.error_code, said.error_message, said.controller_id), (0, None, 7));
                let brokers = said.brokers.iter().map(|node| (node.broker_id, node.host, node.port, node.is_fenced));
                assert_eq!(brokers.collect::<Vec<_>>(), [(7, "localhost", 9092, false)]);
                assert_eq!(said.cluster_authorized_operations, i32::MIN);
            });
            describe(version, BROKER, true, |said| assert_eq!(said.cluster_authorized_operations, 8096));
        }
    }

    #[test]
    fn only_the_endpoint_of_a_broker_is_here() {
        for (endpoint_type, code) in [(CONTROLLER, 114), (3, 115), (0, 115), (-1, 115)] {
            describe(1, endpoint_type, true, |said| {
                assert_eq!((said.error_code, said.controller_id, said.cluster_id), (code, -1, ""));
                assert!(said.error_message.is_some() && said.brokers.is_empty());
                assert_eq!(said.cluster_authorized_operations, i32::MIN);
            });
        }
    }
}
