//! UnregisterBroker (key 64), version 0. Kafka: ClusterControlManager.unregisterBroker.
//! Does: refuses: there is no other broker to unregister. Measured on Kafka 4.3.1.
//! Leaves out: unregistering this node. Kafka accepts that, and then has no broker for any topic until a restart; here
//! it is refused.

use wire::{
    ErrorCode,
    message::{
        unregister_broker_request::UnregisterBrokerRequest, unregister_broker_response::UnregisterBrokerResponse,
    },
};

use crate::{Engine, context::RequestContext, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &UnregisterBrokerRequest) -> Outcome {
    let id = request.broker_id;
    let (code, words) = match id == engine.settings.node_id {
        true => (ErrorCode::InvalidRequest, format!("Broker ID {id} is the only one and cannot be unregistered")),
        false => (ErrorCode::BrokerIdNotRegistered, format!("Broker ID {id} is not currently registered")),
    };
    let response =
        UnregisterBrokerResponse { throttle_time_ms: 0, error_code: code.code(), error_message: Some(&words) };
    context.reply(|writer, version| response.encode(writer, version))
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{Settings, testing::ask};

    #[test]
    fn no_broker_can_be_unregistered() {
        let engine = Engine::new(Settings::default());
        for (broker_id, code) in [(99, 102), (-1, 102), (1, 42)] {
            let request = Request::UnregisterBroker(UnregisterBrokerRequest { broker_id });
            let body = ask(&engine, 64, 0, &request);
            let response = UnregisterBrokerResponse::decode(&mut Reader::new(&body), 0).unwrap();
            assert_eq!(response.error_code, code);
        }
    }
}
