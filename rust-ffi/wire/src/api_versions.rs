//! ApiVersions (key 18): encodes whole response frames. It is the only response that a broker sends before it knows the
//! versions of the client.

use crate::ErrorCode;
use crate::api::{API_VERSIONS, Api, ApiRange};
use crate::message::Writer;
use crate::message::api_versions_request::ApiVersionsRequest;
use crate::message::api_versions_response::{
    ApiVersion, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use bytes::BytesMut;

/// A feature of the cluster: the levels that the broker supports, and the one in use (KIP-584).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
    /// 0 is not in use, and not listed among the levels that are.
    pub level: i16,
}

/// Epoch of the features: clients replace their levels by those of a higher epoch. These levels never change.
const FEATURES_EPOCH: i64 = 1;

/// Writes a whole frame (length prefix and header included). `version` must be a served one; a client that requested
/// another gets [`unsupported_version`]. Without `features` the response has none.
pub fn response(out: &mut BytesMut, correlation_id: i32, version: i16, ranges: &[ApiRange], features: &[Feature]) {
    frame(out, correlation_id, version, ErrorCode::None, ranges, features);
}

/// Writes the response to an unsupported ApiVersions version: body of version 0, error 35 and one entry, the range of
/// ApiVersions itself (KIP-511; measured on Apache Kafka 4.3.1).
pub fn unsupported_version(out: &mut BytesMut, correlation_id: i32) {
    let (min, max) = Api::from_key(API_VERSIONS).map_or((0, 0), |api| (api.min, api.max));
    let own = ApiRange { key: API_VERSIONS, min, max };
    frame(out, correlation_id, 0, ErrorCode::UnsupportedVersion, &[own], &[]);
}

/// Writes the response to a client without a valid name, which is required from version 3 on (KIP-511).
pub fn invalid_request(out: &mut BytesMut, correlation_id: i32, version: i16) {
    frame(out, correlation_id, version, ErrorCode::InvalidRequest, &[], &[]);
}

/// Returns whether name and version of the client software are valid. Kafka: `ApiVersionsRequest.isValid`.
pub fn is_valid(request: &ApiVersionsRequest<'_>, version: i16) -> bool {
    let word = |text: &str| {
        let ends = [text.bytes().next(), text.bytes().next_back()];
        ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
    };
    version < 3 || (word(request.client_software_name) && word(request.client_software_version))
}

fn frame(
    out: &mut BytesMut,
    correlation_id: i32,
    version: i16,
    error: ErrorCode,
    ranges: &[ApiRange],
    features: &[Feature],
) {
    let api_keys = ranges
        .iter()
        .map(|range| ApiVersion { api_key: range.key, min_version: range.min, max_version: range.max })
        .collect();
    // Clients of version 3 treat a minimum of 0 as an error (KAFKA-17492). Measured on Kafka 4.3.1.
    let supported = features.iter().filter(|feature| version >= 4 || feature.min > 0);
    let finalized = features.iter().filter(|feature| feature.level > 0);
    let body = ApiVersionsResponse {
        error_code: error.code(),
        api_keys,
        supported_features: supported
            .map(|it| SupportedFeatureKey { name: it.name, min_version: it.min, max_version: it.max })
            .collect(),
        finalized_features_epoch: if features.is_empty() { -1 } else { FEATURES_EPOCH },
        finalized_features: finalized
            .map(|it| FinalizedFeatureKey { name: it.name, max_version_level: it.level, min_version_level: it.level })
            .collect(),
        ..ApiVersionsResponse::default()
    };
    // The header is never flexible, whatever the version: see `Api::response_header_version`.
    let mut writer = Writer::response(correlation_id, 0);
    let pieces = body.encode(&mut writer, version).and_then(|()| writer.into_frame());
    for piece in pieces.expect("no null, short names, and at most 2^15 keys") {
        out.extend_from_slice(&piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Reader;

    const RANGES: &[ApiRange] = &[ApiRange { key: 3, min: 0, max: 13 }, ApiRange { key: 18, min: 0, max: 4 }];

    #[test]
    fn a_client_says_what_it_is() {
        let client = |client_software_name, client_software_version| ApiVersionsRequest {
            client_software_name,
            client_software_version,
        };
        for good in [client("apache-kafka-java", "4.3.1"), client("a", "1"), client("x.y", "v1-2")] {
            assert!(is_valid(&good, 3), "{good:?}");
        }
        for bad in [client("", "1"), client("a", ""), client("-a", "1"), client("a", "1."), client("a b", "1")] {
            assert!(!is_valid(&bad, 3), "{bad:?}");
            assert!(is_valid(&bad, 2), "older versions do not say it");
        }
    }

    #[test]
    fn every_version_says_what_is_served() {
        for version in 0..=4 {
            let mut out = BytesMut::from(&b"before"[..]);
            response(&mut out, 77, version, RANGES, &[]);
            let frame = &out[6..];
            assert_eq!(frame[..4], (frame.len() as i32 - 4).to_be_bytes());
            assert_eq!(frame[4..8], 77i32.to_be_bytes());
            let body = ApiVersionsResponse::decode(&mut Reader::new(&frame[8..]), version).unwrap();
            let said = body.api_keys.iter().map(|v| (v.api_key, v.min_version, v.max_version));
            assert_eq!(said.collect::<Vec<_>>(), [(3, 0, 13), (18, 0, 4)]);
            assert_eq!((body.error_code, body.finalized_features_epoch), (0, -1));
        }
    }

    #[test]
    fn features_are_said_from_version_3_on_and_those_from_level_0_from_version_4_on() {
        let feature = |name, min, max, level| Feature { name, min, max, level };
        let features = [feature("a", 7, 30, 30), feature("b", 0, 2, 2), feature("c", 0, 1, 0)];
        for version in 0..=4 {
            let mut out = BytesMut::new();
            response(&mut out, 77, version, RANGES, &features);
            let body = ApiVersionsResponse::decode(&mut Reader::new(&out[8..]), version).unwrap();
            let supported = body.supported_features.iter().map(|it| (it.name, it.min_version, it.max_version));
            let all = [("a", 7, 30), ("b", 0, 2), ("c", 0, 1)];
            assert_eq!(supported.collect::<Vec<_>>(), all[..[0, 0, 0, 1, 3][version as usize]]);
            let finalized =
                body.finalized_features.iter().map(|it| (it.name, it.min_version_level, it.max_version_level));
            let levels: &[_] = if version < 3 { &[] } else { &[("a", 30, 30), ("b", 2, 2)] };
            assert_eq!(finalized.collect::<Vec<_>>(), levels);
            assert_eq!(body.finalized_features_epoch, if version < 3 { -1 } else { 1 });
        }
    }

    #[test]
    fn an_unknown_version_is_answered_in_version_0_with_one_entry() {
        let mut out = BytesMut::new();
        unsupported_version(&mut out, 5);
        // Length, correlation id, error 35, one entry: 18 from 0 to 4.
        assert_eq!(out[..], [0, 0, 0, 16, 0, 0, 0, 5, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4]);
    }
}
