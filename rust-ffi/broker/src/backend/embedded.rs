//! The backend of this project's engine: `memory://` and `file:///FOLDER`.

#[cfg(test)]
mod tests;

use std::{
    future::{pending, poll_fn},
    ops::ControlFlow,
    path::PathBuf,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use engine::{Engine, Fsync, Instant, Outcome, RequestContext, RequestTopics, Store};
use futures_lite::future::{or, zip};
use percent_encoding::percent_decode_str;
use tokio::{sync::Semaphore, task::spawn_blocking};
use tokio_util::sync::CancellationToken;
use wire::{api::ApiRange, api_versions::Feature, header};

use super::{Backend, Opening, Partition, Pending, Reply, Request, Response, Storage, Topic};
use crate::{
    blocking::BlockingTasks,
    cancelled::cancelled,
    clock::{Clock, OsClock, Sleep},
    engine_log,
    error::{Error, Kind},
    os::{files::Folder, seed, storage_errors::StorageErrors},
    redact,
    settings::{SEED, Settings},
};

pub(super) const STORAGES: &[Storage] = &[
    Storage { scheme: "memory", doc: "In memory; lost when the broker stops.", experimental: false, available: true },
    Storage {
        scheme: "file",
        doc: "A folder, in Kafka's layout: file:///FOLDER?fsync=interval. fsync is always, interval (1 s) or never.",
        experimental: false,
        available: true,
    },
];

const DELETE_RETRY_INTERVAL: Duration = Duration::from_secs(1);

struct Embedded {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    ranges: Vec<ApiRange>,
    features: Vec<Feature>,
    stop: CancellationToken,
    /// Errors of the data folder; `None` in memory.
    storage_errors: Option<Arc<StorageErrors>>,
    /// Work on blocking threads, which ends before the engine is closed.
    blocking_tasks: BlockingTasks,
    /// Blocking requests served at the same time. The flusher and maintenance use the same threads.
    blocking_permits: Arc<Semaphore>,
}

/// More would only wait for each other's locks.
const BLOCKING_REQUESTS_MAX: usize = 4;

/// Returns whether the engine serves the URL.
pub(super) fn serves_url(url: &str) -> bool {
    STORAGES.iter().any(|storage| url.split_once(':').is_some_and(|(scheme, _)| scheme == storage.scheme))
}

pub(super) async fn open(opening: &Opening<'_>) -> Result<Arc<dyn Backend>, Error> {
    Ok(Arc::new(open_with(opening, Arc::new(OsClock::new())).await?))
}

async fn open_with(opening: &Opening<'_>, clock: Arc<dyn Clock>) -> Result<Embedded, Error> {
    let Opening { settings, advertised_port, stop, prefault } = opening;
    let url = settings.text("storage.url");
    let engine_settings = engine::Settings { prefault: *prefault, ..engine_settings(settings, *advertised_port) };
    let target = parse_url(url)?;
    let (mut engine, storage_errors) = match target {
        None => (Engine::new(engine_settings), None),
        Some(target) => {
            let now = clock.now();
            let opened = spawn_blocking(move || open_folder(&target, engine_settings, now)).await;
            let Opened { engine, notices, storage_errors } = opened
                .map_err(|e| Error::new(Kind::Storage, e.to_string()))?
                .map_err(|why| Error::new(Kind::Storage, format!("storage.url: {}: {why}", redact::url(url))))?;
            notices.iter().for_each(|notice| tracing::warn!("{notice}"));
            (engine, Some(storage_errors))
        }
    };
    engine.observe(engine_log::observe());
    engine.start_jobs(clock.now());
    Ok(Embedded {
        engine: Arc::new(engine),
        clock,
        ranges: engine::advertised(),
        features: engine::features(),
        stop: stop.clone(),
        storage_errors,
        blocking_tasks: BlockingTasks::default(),
        blocking_permits: Arc::new(Semaphore::new(BLOCKING_REQUESTS_MAX)),
    })
}

/// Returns the node id stored in the data folder, or 1. Topics and clients' caches refer to the stored id.
pub(super) fn default_node_id(url: &str) -> i32 {
    const NEW: i32 = 1;
    let target = parse_url(url).ok().flatten();
    target.and_then(|target| Folder::node_id(&target.folder)).unwrap_or(NEW)
}

/// A parsed `file:` URL.
struct FileUrl {
    folder: PathBuf,
    fsync: Fsync,
}

/// Parses a URL of the engine; `None` is memory.
fn parse_url(url: &str) -> Result<Option<FileUrl>, Error> {
    let bad = |why: String| Error::new(Kind::Config, format!("storage.url: {}: {why}", redact::url(url)));
    if url.starts_with("memory:") {
        return match url {
            "memory://" | "memory:///" => Ok(None),
            _ => Err(bad("memory has neither a path nor options. Use memory://".to_owned())),
        };
    }
    let rest = url.strip_prefix("file://").unwrap_or_default();
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let path = percent_decode_str(path).decode_utf8().map_err(|_| bad("the path is not UTF-8".to_owned()))?;
    if !path.starts_with('/') {
        return Err(bad("a folder needs an absolute path, as in file:///var/lib/broker".to_owned()));
    }
    if path.trim_matches('/').is_empty() {
        return Err(bad(
            "the root of the file system cannot be a data folder. Use for example file:///var/lib/broker".to_owned()
        ));
    }
    let mut fsync = Fsync::Interval;
    if options.matches("fsync=").count() > 1 {
        return Err(bad("fsync is given more than once. Give it once".to_owned()));
    }
    for option in options.split('&').filter(|option| !option.is_empty()) {
        fsync = match option.split_once('=') {
            Some(("fsync", "always")) => Fsync::Always,
            Some(("fsync", "interval")) => Fsync::Interval,
            Some(("fsync", "never")) => Fsync::Never,
            Some(("fsync", value)) => {
                return Err(bad(format!("fsync is '{value}'. Use always, interval or never")));
            }
            _ => {
                let key = option.split('=').next().unwrap_or_default();
                return Err(bad(format!("unknown option '{key}'. Known: fsync=always|interval|never")));
            }
        };
    }
    Ok(Some(FileUrl { folder: PathBuf::from(&*path), fsync }))
}

struct Opened {
    engine: Engine,
    notices: Vec<String>,
    storage_errors: Arc<StorageErrors>,
}

fn open_folder(target: &FileUrl, settings: engine::Settings, now: engine::Now) -> Result<Opened, String> {
    let folder = Folder::open(&target.folder)?;
    let storage_errors = folder.storage_errors();
    let (engine, notices) = Engine::open(settings, Store { files: Arc::new(folder), fsync: target.fsync }, now)?;
    Ok(Opened { engine, notices, storage_errors })
}

fn engine_settings(settings: &Settings, port: u16) -> engine::Settings {
    engine::Settings {
        node_id: settings.node_id(),
        cluster_id: settings.text("cluster.id").to_owned(),
        host: settings.text("advertised.host").to_owned(),
        port,
        seed: match settings.int(SEED) {
            0 => seed::draw(),
            seed => seed.unsigned_abs(),
        },
        group_initial_rebalance_delay_ms: settings.int("group.initial.rebalance.delay.ms"),
        broker_configs: settings.of_engine(),
        ..engine::Settings::default()
    }
}

impl Embedded {
    /// Serves a request on a blocking thread, so that other connections do not wait for it.
    async fn run_blocking(&self, request: Request) -> Reply {
        let (engine, clock) = (self.engine.clone(), self.clock.clone());
        let permit = self.blocking_permits.clone().acquire_owned().await.expect("it is never closed");
        let begun = self.blocking_tasks.spawn(move || {
            let _permit = permit;
            let outcome = with_context(&*clock, &request, |cx| engine.request(cx, request.body()));
            (request, outcome)
        });
        match begun.await {
            Ok((request, outcome)) => match into_reply(outcome) {
                ControlFlow::Break(answer) => answer,
                ControlFlow::Continue(parked) => self.finish(request, parked).await,
            },
            Err(e) => {
                resume_panic(Err(e));
                Reply::Close("the broker stops".to_owned())
            }
        }
    }

    async fn finish(&self, request: Request, mut parked: engine::Parked) -> Reply {
        loop {
            let waits_for_sync = parked.waits_for_sync();
            let stop = async {
                if waits_for_sync {
                    return pending().await;
                }
                self.stop.cancelled().await;
                true
            };
            let woken = async {
                until(|waker| parked.ticket.poll_woken(waker)).await;
                false
            };
            let stopped = or(stop, woken).await;
            let outcome = with_context(&*self.clock, &request, |cx| match stopped {
                true => self.engine.cancel(cx, parked),
                false => self.engine.resume(cx, request.body(), parked),
            });
            match into_reply(outcome) {
                ControlFlow::Break(answer) => return answer,
                ControlFlow::Continue(_) if stopped => return Reply::Close("the broker stops".to_owned()),
                ControlFlow::Continue(again) => parked = again,
            }
        }
    }
}

/// Converts an outcome: a reply, or the parked request to resume when it is woken.
fn into_reply(outcome: Outcome) -> ControlFlow<Reply, engine::Parked> {
    match outcome {
        Outcome::Reply(pieces) => ControlFlow::Break(Reply::Parts(pieces)),
        Outcome::Silent => ControlFlow::Break(Reply::Silent),
        Outcome::Close(why) => ControlFlow::Break(Reply::Close(why)),
        Outcome::Park(parked) => ControlFlow::Continue(parked),
    }
}

/// Waits until `is_so`, which stores the given waker and wakes it when the result may have changed.
async fn until(mut is_so: impl FnMut(&Waker) -> bool) {
    poll_fn(|cx| if is_so(cx.waker()) { Poll::Ready(()) } else { Poll::Pending }).await;
}

fn with_context<T>(clock: &dyn Clock, request: &Request, run: impl FnOnce(&RequestContext<'_>) -> T) -> T {
    // The connection has parsed this header before.
    let client_id = header::parse(&request.frame).ok().and_then(|head| head.client_id);
    run(&RequestContext {
        now: clock.now(),
        key: request.key,
        version: request.version,
        correlation_id: request.correlation_id,
        client_id,
        client_host: &request.peer,
        first_error: request.first_error.as_deref(),
    })
}

impl Embedded {
    /// Fires the engine's timers.
    async fn fire(&self) {
        loop {
            let mut sleep = None;
            // Runs again after every wake: an earlier deadline may have been set.
            let due = poll_fn(|cx| match self.engine.arm(cx.waker()) {
                Some(next) => self.poll_sleep(&mut sleep, next, cx),
                None => Poll::Pending,
            });
            due.await;
            self.engine.fire(self.clock.now());
        }
    }

    /// Polls a sleep until `at`; `sleep` is the one of the last poll.
    fn poll_sleep(&self, sleep: &mut Option<(Instant, Sleep)>, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let (until, sleeping) = sleep.get_or_insert_with(|| (at, self.clock.sleep_until(at)));
        if *until != at {
            (*until, *sleeping) = (at, self.clock.sleep_until(at));
        }
        sleeping.as_mut().poll(cx)
    }

    /// Group commit: records appended during one sync are synced by the next.
    async fn flush(&self) {
        loop {
            until(|waker| self.engine.poll_flush(waker)).await;
            let engine = self.engine.clone();
            resume_panic(self.blocking_tasks.spawn(move || engine.flush()).await);
        }
    }

    /// Removes the folders of deleted topics.
    async fn delete_removed_dirs(&self) {
        loop {
            until(|waker| self.engine.poll_removed_dirs(waker)).await;
            let engine = self.engine.clone();
            resume_panic(self.blocking_tasks.spawn(move || engine.delete_removed_dirs()).await);
            // Retries folders that cannot be removed, with a pause.
            self.clock.sleep_until(self.clock.now().instant + DELETE_RETRY_INTERVAL).await;
        }
    }
}

impl Backend for Embedded {
    fn advertised(&self) -> &[ApiRange] {
        &self.ranges
    }

    fn features(&self) -> &[Feature] {
        &self.features
    }

    fn serves(&self, key: i16, version: i16) -> bool {
        engine::serves(key, version)
    }

    fn request_topics(&self, key: i16, version: i16, body: &[u8]) -> RequestTopics {
        self.engine.request_topics(key, version, body)
    }

    fn call(&self, request: Request) -> Response<'_> {
        let Ok(outcome) = with_context(&*self.clock, &request, |cx| self.engine.try_request(cx, request.body())) else {
            return Response::Pending(Box::pin(self.run_blocking(request)));
        };
        match into_reply(outcome) {
            ControlFlow::Break(answer) => Response::Ready(answer),
            ControlFlow::Continue(parked) => Response::Pending(Box::pin(self.finish(request, parked))),
        }
    }

    fn engine(&self) -> Option<&Engine> {
        Some(&self.engine)
    }

    fn timers(&self) -> Pending<'_, ()> {
        Box::pin(async {
            // The timers are polled last: they may use up the task's budget for one poll.
            zip(zip(self.flush(), self.delete_removed_dirs()), self.fire()).await;
        })
    }

    fn maintain(&self) -> Pending<'_, Option<Result<(), Error>>> {
        Box::pin(async {
            let due = async {
                until(|waker| self.engine.poll_jobs(waker)).await;
                Some(())
            };
            or(cancelled(&self.stop), due).await?;
            let (engine, now) = (self.engine.clone(), self.clock.now());
            // On a blocking thread: compaction and files would delay connections.
            let mut running = self.blocking_tasks.spawn(move || engine.run_jobs(now));
            let done = or(async { Some((&mut running).await) }, cancelled(&self.stop)).await;
            resume_panic(match done {
                Some(result) => result,
                None => {
                    self.engine.stop_maintenance();
                    running.await
                }
            });
            let failure = self.storage_errors.as_ref().and_then(|storage_errors| storage_errors.take());
            Some(failure.map_or(Ok(()), |why| Err(Error::new(Kind::Storage, why))))
        })
    }

    fn topics(&self) -> Pending<'_, Result<Vec<Topic>, Error>> {
        Box::pin(async { Ok(self.engine.topics().iter().map(|topic| to_topic(topic)).collect()) })
    }

    fn create_topic(
        &self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Pending<'_, Result<Topic, Error>> {
        Box::pin(async move {
            let created = self.engine.create(&name, partitions, configs.into_iter().collect());
            created.map(|topic| to_topic(&topic)).map_err(|why| Error::new(Kind::Kafka, why))
        })
    }

    fn close(&self) -> Pending<'_, ()> {
        let engine = self.engine.clone();
        Box::pin(async move {
            engine.stop_work();
            self.blocking_tasks.finished().await;
            // Avoids starting a thread that has nothing to do.
            if !engine.is_on_disk() {
                return;
            }
            match spawn_blocking(move || engine.close()).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => tracing::error!("{why}"),
                Err(e) => tracing::error!("{e}"),
            }
        })
    }
}

/// Resumes a panic of a blocking task, so that the broker fails.
fn resume_panic(result: Result<(), tokio::task::JoinError>) {
    if let Err(e) = result
        && let Ok(panic) = e.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

fn to_topic(topic: &engine::Topic) -> Topic {
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
