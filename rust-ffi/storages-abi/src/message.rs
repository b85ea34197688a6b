//! The payloads. Frames cross as they are; the others are rare and cross as JSON.

use std::fmt;

use bytes::Bytes;
use serde_json::{Value, json};

/// The storage to open, and the broker's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub url: String,
    pub cluster_id: String,
    pub node_id: i32,
    /// The host and port that clients connect to.
    pub advertised_host: String,
    pub advertised_port: u16,
    pub group_initial_rebalance_delay_ms: u64,
    /// Partitions of a topic that is created without a count.
    pub num_partitions: i32,
    pub auto_create_topics: bool,
    /// Threads of the runtime that serves the storage.
    pub threads: usize,
}

/// A request: the frame without its length prefix, and the fields of its header.
#[derive(Clone, Debug)]
pub struct Frame {
    pub bytes: Bytes,
    pub key: i16,
    pub version: i16,
    pub correlation_id: i32,
    pub body_at: usize,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A complete response frame, length prefix included.
    Frame(Bytes),
    /// The request has no response (acks=0).
    Silent,
    /// Closes the connection; the text is for the log.
    Close(String),
}

/// Served versions of one API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub key: i16,
    pub min: i16,
    pub max: i16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    pub id: String,
    pub partitions: Vec<Partition>,
}

/// A partition: the offsets of its first kept record and of the next record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    pub id: i32,
    pub log_start: i64,
    pub high_watermark: i64,
}

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// In the URL or its options.
    Config,
    /// In the storage: it does not answer, or it cannot do what was asked.
    Storage,
    /// In the request, by Kafka's rules.
    Kafka,
    /// In `libtansu_storages`: it panicked.
    Panic,
}

const KINDS: &[(FailureKind, &str)] = &[
    (FailureKind::Config, "config"),
    (FailureKind::Storage, "storage"),
    (FailureKind::Kafka, "kafka"),
    (FailureKind::Panic, "panic"),
];

/// An operation that failed. The message is a sentence without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    pub message: String,
}

impl Failure {
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into() }
    }

    pub fn to_json(&self) -> Value {
        let name = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("panic", |(_, name)| *name);
        json!({ "kind": name, "message": self.message })
    }

    /// Reads a failure; malformed bytes are a failure too.
    pub fn from_json(bytes: &[u8]) -> Failure {
        let read = || {
            let value: Value = serde_json::from_slice(bytes).ok()?;
            let (kind, _) = KINDS.iter().find(|(_, name)| value["kind"] == *name)?;
            Some(Failure::new(*kind, value["message"].as_str()?))
        };
        read().unwrap_or_else(|| malformed("a failure"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// A malformed payload. Both sides are of one release, so this is a bug.
fn malformed(what: &str) -> Failure {
    Failure::new(FailureKind::Panic, format!("the library of Tansu's storages sent {what} that cannot be read"))
}

impl Options {
    pub fn to_json(&self) -> Value {
        json!({
            "url": self.url,
            "cluster_id": self.cluster_id,
            "node_id": self.node_id,
            "advertised_host": self.advertised_host,
            "advertised_port": self.advertised_port,
            "group_initial_rebalance_delay_ms": self.group_initial_rebalance_delay_ms,
            "num_partitions": self.num_partitions,
            "auto_create_topics": self.auto_create_topics,
            "threads": self.threads,
        })
    }

    pub fn from_json(bytes: &[u8]) -> Result<Options, Failure> {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| malformed("options"))?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let read = || {
            Some(Options {
                url: text("url")?,
                cluster_id: text("cluster_id")?,
                node_id: value["node_id"].as_i64()?.try_into().ok()?,
                advertised_host: text("advertised_host")?,
                advertised_port: value["advertised_port"].as_u64()?.try_into().ok()?,
                group_initial_rebalance_delay_ms: value["group_initial_rebalance_delay_ms"].as_u64()?,
                num_partitions: value["num_partitions"].as_i64()?.try_into().ok()?,
                auto_create_topics: value["auto_create_topics"].as_bool()?,
                threads: value["threads"].as_u64()?.try_into().ok()?,
            })
        };
        read().ok_or_else(|| malformed("options"))
    }
}

pub fn ranges_to_json(ranges: &[Range]) -> Value {
    ranges.iter().map(|range| json!([range.key, range.min, range.max])).collect()
}

pub fn ranges_from_json(bytes: &[u8]) -> Result<Vec<Range>, Failure> {
    let read = || {
        let rows: Vec<[i16; 3]> = serde_json::from_slice(bytes).ok()?;
        Some(rows.into_iter().map(|[key, min, max]| Range { key, min, max }).collect())
    };
    read().ok_or_else(|| malformed("ranges"))
}

/// Payload of the operation that creates a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    /// -1 takes `num_partitions`.
    pub partitions: i32,
    pub configs: Vec<(String, String)>,
}

impl NewTopic {
    pub fn to_json(&self) -> Value {
        json!({ "name": self.name, "partitions": self.partitions, "configs": self.configs })
    }

    pub fn from_json(bytes: &[u8]) -> Result<NewTopic, Failure> {
        let read = || {
            let value: Value = serde_json::from_slice(bytes).ok()?;
            let configs = value["configs"].as_array()?.iter();
            let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
            Some(NewTopic {
                name: value["name"].as_str()?.to_owned(),
                partitions: value["partitions"].as_i64()?.try_into().ok()?,
                configs: configs.map(pair).collect::<Option<_>>()?,
            })
        };
        read().ok_or_else(|| malformed("a topic"))
    }
}

impl Topic {
    pub fn to_json(&self) -> Value {
        let partition = |p: &Partition| json!([p.id, p.log_start, p.high_watermark]);
        let partitions: Vec<Value> = self.partitions.iter().map(partition).collect();
        json!({ "name": self.name, "id": self.id, "partitions": partitions })
    }

    fn from_value(value: &Value) -> Option<Topic> {
        let partition = |row: &Value| {
            Some(Partition {
                id: row[0].as_i64()?.try_into().ok()?,
                log_start: row[1].as_i64()?,
                high_watermark: row[2].as_i64()?,
            })
        };
        Some(Topic {
            name: value["name"].as_str()?.to_owned(),
            id: value["id"].as_str()?.to_owned(),
            partitions: value["partitions"].as_array()?.iter().map(partition).collect::<Option<_>>()?,
        })
    }

    pub fn from_json(bytes: &[u8]) -> Result<Topic, Failure> {
        let read = || Topic::from_value(&serde_json::from_slice(bytes).ok()?);
        read().ok_or_else(|| malformed("a topic"))
    }

    pub fn list_from_json(bytes: &[u8]) -> Result<Vec<Topic>, Failure> {
        let read = || {
            let value: Value = serde_json::from_slice(bytes).ok()?;
            value.as_array()?.iter().map(Topic::from_value).collect::<Option<Vec<_>>>()
        };
        read().ok_or_else(|| malformed("topics"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_read_as_they_were_written() {
        let options = Options {
            url: "postgres://me:pä\"ss@db/x".into(),
            node_id: -1,
            advertised_port: 65_535,
            group_initial_rebalance_delay_ms: 3_000,
            num_partitions: 7,
            auto_create_topics: true,
            threads: 2,
            ..Options::default()
        };
        assert_eq!(Options::from_json(options.to_json().to_string().as_bytes()), Ok(options));
        let topic = Topic {
            name: "a".into(),
            id: "b".into(),
            partitions: vec![Partition { id: 0, log_start: 3, high_watermark: i64::MAX }],
        };
        assert_eq!(Topic::from_json(topic.to_json().to_string().as_bytes()), Ok(topic.clone()));
        let list = Value::Array(vec![topic.to_json(), topic.to_json()]);
        assert_eq!(Topic::list_from_json(list.to_string().as_bytes()), Ok(vec![topic.clone(), topic]));
        let new = NewTopic { name: "a".into(), partitions: -1, configs: vec![("k".into(), "v".into())] };
        assert_eq!(NewTopic::from_json(new.to_json().to_string().as_bytes()), Ok(new));
        let ranges = vec![Range { key: 0, min: 0, max: 11 }, Range { key: 3, min: 1, max: 2 }];
        assert_eq!(ranges_from_json(ranges_to_json(&ranges).to_string().as_bytes()), Ok(ranges));
    }

    #[test]
    fn every_kind_of_failure_crosses_and_what_is_none_is_a_panic() {
        for (kind, _) in KINDS {
            let failure = Failure::new(*kind, "why");
            assert_eq!(Failure::from_json(failure.to_json().to_string().as_bytes()), failure);
        }
        for odd in ["", "[]", "{\"kind\":\"odd\",\"message\":\"x\"}", "{\"kind\":\"config\"}"] {
            assert_eq!(Failure::from_json(odd.as_bytes()).kind, FailureKind::Panic);
        }
        assert!(Options::from_json(b"{}").is_err());
        assert!(Topic::from_json(b"{}").is_err());
        assert!(Topic::list_from_json(b"{}").is_err());
        assert!(NewTopic::from_json(b"{}").is_err());
        assert!(ranges_from_json(b"[[1,2]]").is_err());
    }
}
