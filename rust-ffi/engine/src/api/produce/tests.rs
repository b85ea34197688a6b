use wire::{
    ErrorCode, Uuid,
    message::{
        Reader, Request,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::ProduceResponse,
    },
};

use crate::{Engine, Instant, Now, Settings, configs::TopicConfig, testing::ask_at};

/// After the timestamps of the batches.
const NOW: Now = Now { instant: Instant(0), wall_ms: 1_790_000_000_000 };

/// Batches of three records, as the Java client writes them.
const ZSTD: &[u8] = include_bytes!("../../../../wire/tests/batches/zstd.bin");
const GZIP: &[u8] = include_bytes!("../../../../wire/tests/batches/gzip.bin");

/// The code and the log start of one partition's answer; the latter only where the version has it.
fn produce(engine: &Engine, topic_id: Uuid, version: i16, records: &[u8]) -> (ErrorCode, i64) {
    let partition_data = vec![PartitionProduceData { index: 0, records: Some(records) }];
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 1_000,
        topic_data: vec![TopicProduceData { name: "t", topic_id, partition_data }],
        ..Default::default()
    };
    let bytes = ask_at(engine, NOW, 0, version, &Request::Produce(request));
    let response = ProduceResponse::decode(&mut Reader::new(&bytes), version).unwrap();
    let part = &response.responses[0].partition_responses[0];
    (ErrorCode::from_code(part.error_code).unwrap(), part.log_start_offset)
}

/// KIP-110; measured on Kafka 4.3.1.
#[test]
fn zstd_is_taken_from_version_7_on() {
    let engine = Engine::new(Settings::default());
    let topic_id = engine.create_topic("t", Some(1), TopicConfig::default()).unwrap().id;
    let two = [ZSTD, ZSTD].concat();
    for version in 3..=13 {
        let (one, several) = match version {
            ..=6 => ((ErrorCode::UnsupportedCompressionType, -1), ErrorCode::UnsupportedCompressionType),
            _ => ((ErrorCode::None, 0), ErrorCode::InvalidRecord),
        };
        assert_eq!(produce(&engine, topic_id, version, ZSTD), one, "version {version}");
        assert_eq!(produce(&engine, topic_id, version, &two).0, several, "version {version}");
        assert_eq!(produce(&engine, topic_id, version, GZIP).0, ErrorCode::None, "version {version}");
    }
    let kept = engine.topics.get("t").unwrap().partition(0).unwrap().offsets().high_watermark;
    assert_eq!(kept, 4 * 3 + 7 * 6, "nothing of what was refused was appended");
}
