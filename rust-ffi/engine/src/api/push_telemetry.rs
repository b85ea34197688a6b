//! PushTelemetry (key 72), version 0, not advertised. Kafka: ClientMetricsManager.processPushTelemetryRequest.
//! Does: validates a push in Kafka's order and drops it: there are no metrics subscriptions.
//! Leaves out: state per client. Kafka answers THROTTLING_QUOTA_EXCEEDED to a client that pushes again too soon, and
//! INVALID_REQUEST after a push marked as the last one.

use wire::{
    ErrorCode,
    message::{push_telemetry_request::PushTelemetryRequest, push_telemetry_response::PushTelemetryResponse},
};

use super::get_telemetry_subscriptions::{BYTES_MAX, subscription_id};
use crate::{Engine, context::RequestContext, outcome::Outcome};

pub(crate) fn handle(_: &Engine, context: &RequestContext<'_>, request: &PushTelemetryRequest<'_>) -> Outcome {
    let code = if request.client_instance_id.is_zero() {
        ErrorCode::InvalidRequest
    } else if request.subscription_id != subscription_id(request.client_instance_id) {
        ErrorCode::UnknownSubscriptionId
    } else if !(0..=4).contains(&request.compression_type) {
        ErrorCode::UnsupportedCompressionType
    } else if request.metrics.len() > BYTES_MAX {
        ErrorCode::TelemetryTooLarge
    } else {
        ErrorCode::None
    };
    let response = PushTelemetryResponse { throttle_time_ms: 0, error_code: code.code() };
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
    fn only_what_fits_a_subscription_is_taken() {
        let engine = Engine::new(Settings::default());
        let (id, large) = (Uuid([5; 16]), vec![0; BYTES_MAX + 1]);
        let ours = subscription_id(id);
        for (client_instance_id, subscription_id, compression_type, metrics, code) in [
            (id, ours, 0, &b"x"[..], 0),
            (id, ours, 4, b"", 0),
            (Uuid::ZERO, ours, 0, b"x", 42),
            (id, 0, 9, b"x", 117),
            (id, ours, 9, b"x", 76),
            (id, ours, -1, b"x", 76),
            (id, ours, 0, &large, 118),
        ] {
            let request = PushTelemetryRequest {
                client_instance_id,
                subscription_id,
                terminating: false,
                compression_type,
                metrics,
            };
            let body = ask(&engine, 72, 0, &Request::PushTelemetry(request));
            let response = PushTelemetryResponse::decode(&mut Reader::new(&body), 0).unwrap();
            assert_eq!(response.error_code, code);
        }
    }
}
