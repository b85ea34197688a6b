//! WriteTxnMarkers (key 27), versions 1-2. Owner: `transactions/end.rs`. Kafka:
//! KafkaApis.handleWriteTxnMarkersRequest.
//! Does: writes markers to partitions. Brokers send it to each other, and administrators to end a transaction that no
//! coordinator knows.
//! By version: 1 flexible; 2 the version of the transaction.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest},
        write_txn_markers_response::{
            WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
            WriteTxnMarkersResponse,
        },
    },
};

use crate::{
    Engine,
    appender::Unsynced,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    log::EndTxnMarker,
    outcome::Outcome,
    transactions,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &WriteTxnMarkersRequest<'_>,
) -> Outcome<DelayedReply> {
    let mut until = Vec::new();
    let markers = request.markers.iter().map(|marker| write(engine, context, marker, &mut until));
    let response = WriteTxnMarkersResponse { markers: markers.collect() };
    let failed = || Outcome::Close("the markers could not be synced".to_owned());
    reply_when_synced(until, context.reply(|w, v| response.encode(w, v)), failed)
}

fn write<'a>(
    engine: &Engine,
    context: &RequestContext<'_>,
    asked: &WritableTxnMarker<'a>,
    until: &mut Vec<Unsynced>,
) -> WritableTxnMarkerResult<'a> {
    let marker = EndTxnMarker {
        producer_id: asked.producer_id,
        producer_epoch: asked.producer_epoch,
        coordinator_epoch: asked.coordinator_epoch,
        committed: asked.transaction_result,
    };
    let mut partition = |topic: &WritableTxnMarkerTopic<'_>, index: i32| {
        let code = match transactions::write_marker(engine, context.now, topic.name, index, &marker) {
            Ok(unsynced) => {
                until.extend(unsynced);
                ErrorCode::None
            }
            Err(code) => code,
        };
        WritableTxnMarkerPartitionResult { partition_index: index, error_code: code.code() }
    };
    let topics = asked.topics.iter().map(|topic| WritableTxnMarkerTopicResult {
        name: topic.name,
        partitions: topic.partition_indexes.iter().map(|index| partition(topic, *index)).collect(),
    });
    WritableTxnMarkerResult { producer_id: asked.producer_id, topics: topics.collect() }
}
