//! Our own engine behind the seam.

use std::{future::poll_fn, sync::Arc, task::Poll};

use engine::{Cx, Engine, Outcome};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use wire::{api::ApiRange, header, message::api_versions::Feature};

use super::{Answer, Backend, Called, Opening, Partition, Pending, Request, Storage, Topic};
use crate::{
    error::{Error, Kind},
    os::{clock::Clock, seed},
    settings::Settings,
};

pub(super) const STORAGES: &[Storage] = &[Storage {
    scheme: "memory",
    doc: "In memory; gone when the broker stops.",
    experimental: false,
    available: true,
}];

struct Memory {
    engine: Engine,
    clock: Clock,
    ranges: Vec<ApiRange>,
    features: Vec<Feature>,
    stop: CancellationToken,
}

pub(super) fn open(opening: &Opening<'_>) -> Result<Arc<dyn Backend>, Error> {
    let Opening { settings, advertised_port, stop } = opening;
    let url = settings.text("storage.url");
    if !matches!(url, "memory://" | "memory:///") {
        return Err(Error::new(
            Kind::Config,
            format!("storage.url: {} takes neither a path nor options. Use memory://", crate::redact::url(url)),
        ));
    }
    let engine = Engine::new(engine_settings(settings, *advertised_port));
    let (ranges, features) = (engine::advertised(), engine::features());
    Ok(Arc::new(Memory { engine, clock: Clock::new(), ranges, features, stop: stop.clone() }))
}

fn engine_settings(settings: &Settings, port: u16) -> engine::Settings {
    let same = ["num.partitions", "auto.create.topics.enable"];
    engine::Settings {
        node_id: settings.int("node.id") as i32,
        cluster_id: settings.text("cluster.id").to_owned(),
        host: settings.text("advertised.host").to_owned(),
        port,
        seed: seed::draw(),
        group_initial_rebalance_delay_ms: settings.int("group.initial.rebalance.delay.ms"),
        broker_configs: same.iter().map(|key| ((*key).to_owned(), settings.text(key).to_owned())).collect(),
    }
}

impl Memory {
    /// One request, from the first look at it on.
    fn begin(&self, request: &Request) -> Outcome {
        self.with_cx(request, |cx| self.engine.request(cx, request.body()))
    }

    fn with_cx(&self, request: &Request, run: impl FnOnce(&Cx<'_>) -> Outcome) -> Outcome {
        // The shell has read this header before.
        let client_id = header::parse(&request.frame).ok().and_then(|head| head.client_id);
        run(&Cx {
            now: self.clock.now(),
            key: request.key,
            version: request.version,
            correlation_id: request.correlation_id,
            client_id,
            client_host: &request.peer,
        })
    }

    async fn finish(&self, request: Request, mut parked: engine::Parked) -> Answer {
        loop {
            let woken = poll_fn(|cx| match parked.ticket.poll_woken(cx.waker()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            });
            let stopped = tokio::select! {
                biased;
                () = self.stop.cancelled() => true,
                () = woken => false,
            };
            let outcome = self.with_cx(&request, |cx| match stopped {
                true => self.engine.abandon(cx, parked),
                false => self.engine.resume(cx, parked),
            });
            match outcome {
                Outcome::Reply(pieces) => return Answer::Pieces(pieces),
                Outcome::Silent => return Answer::Silent,
                Outcome::Close(why) => return Answer::Close(why),
                Outcome::Park(_) if stopped => return Answer::Close("the broker stops".to_owned()),
                Outcome::Park(again) => parked = again,
            }
        }
    }
}

impl Backend for Memory {
    fn advertised(&self) -> &[ApiRange] {
        &self.ranges
    }

    fn features(&self) -> &[Feature] {
        &self.features
    }

    fn serves(&self, key: i16, version: i16) -> bool {
        engine::serves(key, version)
    }

    fn call(&self, request: Request) -> Called<'_> {
        match self.begin(&request) {
            Outcome::Reply(pieces) => Called::Now(Answer::Pieces(pieces)),
            Outcome::Silent => Called::Now(Answer::Silent),
            Outcome::Close(why) => Called::Now(Answer::Close(why)),
            Outcome::Park(parked) => Called::Later(Box::pin(self.finish(request, parked))),
        }
    }

    fn timers(&self) -> Pending<'_, ()> {
        Box::pin(async {
            loop {
                let mut sleep = None;
                let due = poll_fn(|cx| {
                    // Again after every wake: an earlier deadline may have been set.
                    let next = self.engine.arm(cx.waker());
                    let Some(next) = next else { return Poll::Pending };
                    let at = self.clock.at(next);
                    let sleep = sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
                    if sleep.deadline() != at {
                        sleep.as_mut().reset(at);
                    }
                    sleep.as_mut().poll(cx)
                });
                due.await;
                self.engine.fire(self.clock.now());
            }
        })
    }

    fn maintain(&self) -> Pending<'_, ()> {
        Box::pin(async { self.engine.maintain(self.clock.now()) })
    }

    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>> {
        Box::pin(async { Ok(self.engine.topics().iter().map(|topic| show(topic)).collect()) })
    }

    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>> {
        Box::pin(async move {
            let created = self.engine.create(&name, partitions, configs.into_iter().collect());
            created.map(|topic| show(&topic)).map_err(|why| Error::new(Kind::Kafka, why))
        })
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async {})
    }
}

fn show(topic: &engine::Topic) -> Topic {
    let partition = |partition: &Arc<engine::log::Partition>| {
        let (log_start, high_watermark) = partition.range();
        Partition { id: partition.index, log_start, high_watermark }
    };
    Topic {
        name: topic.name.clone(),
        id: topic.id.to_string(),
        partitions: topic.partitions().iter().map(partition).collect(),
    }
}
