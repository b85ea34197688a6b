//! A library of storages that answers each request with its own frame: what the boundary itself costs.

use storages_abi::message::NewTopic;
use storages_abi::server::Backend;
use storages_abi::{Failure, FailureKind, Frame, Options, Range, Reply, Topic};
use tokio_util::sync::CancellationToken;

storages_abi::export!(Echo);

/// Answers at once.
struct Echo;

impl Backend for Echo {
    async fn open(_: Options, _: CancellationToken) -> Result<Echo, Failure> {
        Ok(Echo)
    }

    fn ranges(&self) -> Vec<Range> {
        Vec::new()
    }

    async fn call(&self, frame: Frame) -> Reply {
        Reply::Frame(frame.bytes)
    }

    async fn maintain(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn topics(&self) -> Result<Vec<Topic>, Failure> {
        Ok(Vec::new())
    }

    async fn create_topic(&self, topic: NewTopic) -> Result<Topic, Failure> {
        Err(Failure::new(FailureKind::Kafka, format!("{} is not created: this library only echoes", topic.name)))
    }

    async fn close(&self) {}
}
