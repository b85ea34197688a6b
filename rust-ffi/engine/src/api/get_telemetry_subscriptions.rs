//! GetTelemetrySubscriptions (key 71), version 0, not advertised. Kafka: ClientMetricsManager
//! .processGetTelemetrySubscriptionRequest.
//! Does: subscribes to no metrics; a client without an instance id gets one. The subscription id is Kafka's for no
//! metrics every five minutes (measured on Kafka 4.3.1), so no state per client is needed.
//! Leaves out: state per client. Kafka answers THROTTLING_QUOTA_EXCEEDED to a client that asks again too soon.

use wire::{
    Uuid,
    message::{
        get_telemetry_subscriptions_request::GetTelemetrySubscriptionsRequest,
        get_telemetry_subscriptions_response::GetTelemetrySubscriptionsResponse,
    },
};

use crate::{Engine, context::RequestContext, outcome::Outcome};

/// CRC-32C of `[]300000`: the metrics and the interval.
const NO_METRICS: i32 = -725_132_322;
/// Kafka: `ClientMetricsConfigs.INTERVAL_MS_DEFAULT`.
const PUSH_INTERVAL_MS: i32 = 300_000;
/// Kafka: `telemetry.max.bytes`.
pub(super) const BYTES_MAX: usize = 1_048_576;
/// zstd, lz4, gzip, snappy, in the order of preference.
const COMPRESSION: [i8; 4] = [4, 3, 1, 2];

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &GetTelemetrySubscriptionsRequest,
) -> Outcome {
    let id = match request.client_instance_id {
        Uuid::ZERO => engine.entropy.uuid(),
        id => id,
    };
    let response = GetTelemetrySubscriptionsResponse {
        client_instance_id: id,
        subscription_id: subscription_id(id),
        accepted_compression_types: COMPRESSION.to_vec(),
        push_interval_ms: PUSH_INTERVAL_MS,
        telemetry_max_bytes: BYTES_MAX as i32,
        delta_temporality: true,
        ..GetTelemetrySubscriptionsResponse::default()
    };
    context.reply(|writer, version| response.encode(writer, version))
}

/// Kafka: `ClientMetricsManager.computeSubscriptionId`, `Uuid.hashCode`.
pub(super) fn subscription_id(client_instance_id: Uuid) -> i32 {
    let parts = client_instance_id.0.chunks_exact(4).map(|part| part.iter().fold(0_i32, |n, b| n << 8 | i32::from(*b)));
    parts.fold(NO_METRICS, |hash, part| hash ^ part)
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{Settings, testing::ask};

    #[test]
    fn a_client_is_told_to_send_nothing() {
        let engine = Engine::new(Settings::default());
        for client_instance_id in [Uuid::ZERO, Uuid([7; 16])] {
            let request = GetTelemetrySubscriptionsRequest { client_instance_id };
            let body = ask(&engine, 71, 0, &Request::GetTelemetrySubscriptions(request));
            let said = GetTelemetrySubscriptionsResponse::decode(&mut Reader::new(&body), 0).unwrap();
            assert_eq!((said.error_code, said.requested_metrics.len(), said.push_interval_ms), (0, 0, 300_000));
            assert!(!said.client_instance_id.is_zero());
            assert_eq!(said.subscription_id, subscription_id(said.client_instance_id));
        }
        assert_eq!(subscription_id(Uuid([7; 16])), -725_132_322);
    }
}
