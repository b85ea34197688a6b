//! `libtansu_storages`: upstream Tansu's storages behind the private C ABI of `libtansu`.

use std::future::Future;
use std::time::Duration;

use storages_abi::message::NewTopic;
use storages_abi::server::Backend;
use storages_abi::{Failure, FailureKind, Frame, Options, Range, Reply, Topic};
use tokio_util::sync::CancellationToken;
use upstream::{CallError, OpenError, OpenErrorKind, Tansu};

storages_abi::export!(Storages);

/// One open storage.
pub struct Storages(Tansu);

impl Backend for Storages {
    async fn open(options: Options, stop: CancellationToken) -> Result<Storages, Failure> {
        let options = upstream::Options {
            url: options.url,
            cluster_id: options.cluster_id,
            node_id: options.node_id,
            advertised: options.advertised_host,
            advertised_port: options.advertised_port,
            group_initial_rebalance_delay: Duration::from_millis(options.group_initial_rebalance_delay_ms),
            num_partitions: options.num_partitions,
            auto_create_topics: options.auto_create_topics,
        };
        Tansu::open(options, stop).await.map(Storages).map_err(not_opened)
    }

    fn ranges(&self) -> Vec<Range> {
        let range = |r: &wire::api::ApiRange| Range { key: r.key, min: r.min, max: r.max };
        self.0.advertised().iter().map(range).collect()
    }

    async fn call(&self, frame: Frame) -> Reply {
        let Frame { bytes, key, version, correlation_id, body_at } = frame;
        self.0.call(bytes, key, version, correlation_id, body_at).await
    }

    async fn maintain(&self) -> Result<(), Failure> {
        self.0.maintain().await.map_err(|why| Failure::new(FailureKind::Storage, why))
    }

    async fn topics(&self) -> Result<Vec<Topic>, Failure> {
        self.0.topics().await.map_err(refused)
    }

    async fn create_topic(&self, new: NewTopic) -> Result<Topic, Failure> {
        self.0.create_topic(&new.name, new.partitions, &new.configs).await.map_err(refused)
    }

    fn close(&self) -> impl Future<Output = ()> + Send {
        self.0.clone().close()
    }
}

fn not_opened(error: OpenError) -> Failure {
    let kind = match error.kind {
        OpenErrorKind::Config => FailureKind::Config,
        OpenErrorKind::Unreachable | OpenErrorKind::Storage => FailureKind::Storage,
    };
    Failure::new(kind, error.message)
}

fn refused(error: CallError) -> Failure {
    use wire::ErrorCode;
    let kind = match error.code {
        ErrorCode::KafkaStorageError | ErrorCode::UnknownServerError => FailureKind::Storage,
        _ => FailureKind::Kafka,
    };
    Failure::new(kind, error.to_string())
}
