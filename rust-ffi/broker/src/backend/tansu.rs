//! Upstream's storages behind the seam.

use std::time::Duration;

use tansu_backend::{CallError, OpenError, OpenErrorKind, Options, Tansu};
use wire::api::ApiRange;

use super::{Answer, Backend, Called, Opening, Partition, Pending, Request, Storage, Topic};
use crate::error::{Error, Kind};

pub(super) fn storages() -> Vec<Storage> {
    let storage = |scheme: &tansu_backend::Scheme| Storage {
        scheme: scheme.name,
        doc: scheme.description,
        experimental: scheme.experimental,
        available: true,
    };
    Tansu::schemes().iter().map(storage).collect()
}

pub(super) async fn open(opening: Opening<'_>) -> Result<std::sync::Arc<dyn Backend>, Error> {
    let settings = opening.settings;
    let options = Options {
        url: settings.text("storage.url").to_owned(),
        cluster_id: settings.text("cluster.id").to_owned(),
        node_id: settings.int("node.id") as i32,
        advertised: settings.text("advertised.host").to_owned(),
        advertised_port: opening.advertised_port,
        group_initial_rebalance_delay: Duration::from_millis(settings.int("group.initial.rebalance.delay.ms") as u64),
        num_partitions: settings.int("num.partitions") as i32,
        auto_create_topics: settings.boolean("auto.create.topics.enable"),
    };
    let tansu = Tansu::open(options, opening.stop).await.map_err(not_opened)?;
    Ok(std::sync::Arc::new(tansu))
}

fn not_opened(e: OpenError) -> Error {
    let kind = match e.kind {
        OpenErrorKind::Config => Kind::Config,
        OpenErrorKind::Unreachable | OpenErrorKind::Storage => Kind::Storage,
    };
    Error::new(kind, e.message)
}

fn refused(e: CallError) -> Error {
    use wire::ErrorCode;
    let kind = match e.code {
        ErrorCode::KafkaStorageError | ErrorCode::UnknownServerError => Kind::Storage,
        _ => Kind::Kafka,
    };
    Error::new(kind, e.to_string())
}

fn topic(topic: tansu_backend::Topic) -> Topic {
    let partition = |part: &tansu_backend::Partition| Partition {
        id: part.id,
        log_start: part.log_start,
        high_watermark: part.high_watermark,
    };
    Topic { name: topic.name, id: topic.id, partitions: topic.partitions.iter().map(partition).collect() }
}

impl Backend for Tansu {
    fn advertised(&self) -> &[ApiRange] {
        Tansu::advertised(self)
    }

    fn call(&self, request: Request) -> Called<'_> {
        let Request { frame, key, version, correlation_id, body_at, .. } = request;
        let called = Tansu::call(self, frame, key, version, correlation_id, body_at);
        Called::Later(Box::pin(async move {
            match called.await {
                tansu_backend::Answer::Reply(bytes) => Answer::Reply(bytes),
                tansu_backend::Answer::Silent => Answer::Silent,
                tansu_backend::Answer::Close(why) => Answer::Close(why),
            }
        }))
    }

    fn maintain(&self) -> Pending<'_, Result<(), Error>> {
        Box::pin(async { Tansu::maintain(self).await.map_err(|why| Error::new(Kind::Storage, why)) })
    }

    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>> {
        Box::pin(async { Ok(Tansu::topics(self).await.map_err(refused)?.into_iter().map(topic).collect()) })
    }

    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>> {
        Box::pin(
            async move { Tansu::create_topic(self, &name, partitions, &configs).await.map(topic).map_err(refused) },
        )
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(self.clone().close())
    }
}
