//! The configs of topics, groups and client metrics of Apache Kafka 4.3.1: `LogConfig` in the order in which it checks
//! them, with the broker config each falls back to (`ServerTopicConfigSynonyms`), `GroupConfig`, and
//! `ClientMetricsConfigs`. Written out by a program from Kafka's own jars; a test compares it with what such a Kafka
//! answered.

use crate::configs::def::{Def, Kind::*, Valid::*, row};

pub(crate) const TOPIC: &[Def] = &[
    row("segment.bytes", Int, Some("1073741824"), From(1048576)).broker_default("log.segment.bytes"),
    row("segment.ms", Long, Some("604800000"), From(1)).broker_default("log.roll.ms"),
    row("segment.jitter.ms", Long, Some("0"), From(0)).broker_default("log.roll.jitter.ms"),
    row("segment.index.bytes", Int, Some("10485760"), From(4)).broker_default("log.index.size.max.bytes"),
    row("flush.messages", Long, Some("9223372036854775807"), From(1)).broker_default("log.flush.interval.messages"),
    row("flush.ms", Long, Some("9223372036854775807"), From(0)).broker_default("log.flush.interval.ms"),
    row("retention.bytes", Long, Some("-1"), Any).broker_default("log.retention.bytes"),
    row("retention.ms", Long, Some("604800000"), From(-1)).broker_default("log.retention.ms"),
    row("max.message.bytes", Int, Some("1048588"), From(0)).broker_default("message.max.bytes"),
    row("index.interval.bytes", Int, Some("4096"), From(0)).broker_default("log.index.interval.bytes"),
    row("delete.retention.ms", Long, Some("86400000"), From(0)).broker_default("log.cleaner.delete.retention.ms"),
    row("min.compaction.lag.ms", Long, Some("0"), From(0)).broker_default("log.cleaner.min.compaction.lag.ms"),
    row("max.compaction.lag.ms", Long, Some("9223372036854775807"), From(1))
        .broker_default("log.cleaner.max.compaction.lag.ms"),
    row("file.delete.delay.ms", Long, Some("60000"), From(0)).broker_default("log.segment.delete.delay.ms"),
    row("min.cleanable.dirty.ratio", Double, Some("0.5"), Within(0.0, 1.0))
        .broker_default("log.cleaner.min.cleanable.ratio"),
    row("cleanup.policy", List, Some("delete"), Listed(&["compact", "delete"])).broker_default("log.cleanup.policy"),
    row("unclean.leader.election.enable", Boolean, Some("false"), Any).broker_default("unclean.leader.election.enable"),
    row("min.insync.replicas", Int, Some("1"), From(1)).broker_default("min.insync.replicas"),
    row(
        "compression.type",
        Text,
        Some("producer"),
        OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
    )
    .broker_default("compression.type"),
    row("compression.gzip.level", Int, Some("-1"), GzipLevel).broker_default("compression.gzip.level"),
    row("compression.lz4.level", Int, Some("9"), Range(1, 17)).broker_default("compression.lz4.level"),
    row("compression.zstd.level", Int, Some("3"), Range(-131072, 22)).broker_default("compression.zstd.level"),
    row("preallocate", Boolean, Some("false"), Any).broker_default("log.preallocate"),
    row("message.timestamp.type", Text, Some("CreateTime"), OneOf(&["CreateTime", "LogAppendTime"]))
        .broker_default("log.message.timestamp.type"),
    row("message.timestamp.before.max.ms", Long, Some("9223372036854775807"), From(0))
        .broker_default("log.message.timestamp.before.max.ms"),
    row("message.timestamp.after.max.ms", Long, Some("3600000"), From(0))
        .broker_default("log.message.timestamp.after.max.ms"),
    row("leader.replication.throttled.replicas", List, Some(""), Throttled),
    row("follower.replication.throttled.replicas", List, Some(""), Throttled),
    row("remote.storage.enable", Boolean, Some("false"), Any),
    row("local.retention.ms", Long, Some("-2"), From(-2)).broker_default("log.local.retention.ms"),
    row("local.retention.bytes", Long, Some("-2"), From(-2)).broker_default("log.local.retention.bytes"),
    row("remote.log.copy.disable", Boolean, Some("false"), Any),
    row("remote.log.delete.on.disable", Boolean, Some("false"), Any),
    row("internal.segment.bytes", Int, None, Any).internal(),
];

pub(crate) const GROUP: &[Def] = &[
    row("consumer.assignment.interval.ms", Int, Some("1000"), From(0)),
    row("consumer.heartbeat.interval.ms", Int, Some("5000"), From(1)),
    row("consumer.session.timeout.ms", Int, Some("45000"), From(1)),
    row("share.assignment.interval.ms", Int, Some("1000"), From(0)),
    row("share.auto.offset.reset", Text, Some("latest"), OffsetReset),
    row("share.delivery.count.limit", Int, Some("5"), From(2)),
    row("share.heartbeat.interval.ms", Int, Some("5000"), From(1)),
    row("share.isolation.level", Text, Some("read_uncommitted"), OneOf(&["read_committed", "read_uncommitted"])),
    row("share.partition.max.record.locks", Int, Some("2000"), From(100)),
    row("share.record.lock.duration.ms", Int, Some("30000"), From(1000)),
    row("share.renew.acknowledge.enable", Boolean, Some("true"), Any),
    row("share.session.timeout.ms", Int, Some("45000"), From(1)),
    row("streams.assignment.interval.ms", Int, Some("1000"), From(0)),
    row("streams.heartbeat.interval.ms", Int, Some("5000"), From(1)),
    row("streams.initial.rebalance.delay.ms", Int, Some("3000"), From(0)),
    row("streams.num.standby.replicas", Int, Some("0"), From(0)),
    row("streams.session.timeout.ms", Int, Some("45000"), From(1)),
];

pub(crate) const CLIENT_METRICS: &[Def] = &[
    row("interval.ms", Int, Some("300000"), Any),
    row("match", List, Some(""), Listed(&[])),
    row("metrics", List, Some(""), Listed(&[])),
];
