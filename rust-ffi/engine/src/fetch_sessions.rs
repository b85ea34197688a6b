//! Incremental fetch sessions (KIP-227): a client names its partitions once and then only changes. Kafka:
//! `FetchSession.scala`.

use crate::sync::{Lock, lock, rank};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use wire::{
    ErrorCode, Uuid,
    message::fetch_request::{self, FetchRequest},
};

use crate::{clock::Instant, entropy::Entropy};

/// A session unused for this long may be evicted. Kafka: `MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS`.
const EVICTED_AFTER: Duration = Duration::from_secs(120);
/// Most partitions of one session. Each costs about a quarter of a kilobyte while the session lives.
const PARTITIONS_MAX: usize = 100_000;
/// Most partitions of all sessions together. Kafka limits only the number of sessions.
const PARTITIONS_IN_ALL_MAX: usize = if cfg!(test) { 1_000 } else { 400_000 };

/// A quarter of a kilobyte of a name counts as one more partition: names may be much longer than those of topics that
/// exist.
fn size_of<'a>(partitions: impl Iterator<Item = &'a FetchPartition>) -> usize {
    partitions.map(|partition| 1 + partition.topic.len() / 256).sum()
}

/// Session epochs with a meaning of their own. Kafka: `FetchMetadata`.
const FINAL: i32 = -1;
const INITIAL: i32 = 0;

/// One partition of a fetch. Kafka: `CachedPartition`.
#[derive(Clone, Debug)]
pub(crate) struct FetchPartition {
    /// Empty from version 13 on, which names topics by their ids.
    pub topic: Arc<str>,
    pub topic_id: Uuid,
    /// The name that the topic id had when it was first resolved. Kafka: `CachedPartition.maybeResolveUnknownName`.
    pub known_as: Option<Arc<str>>,
    pub partition: i32,
    pub fetch_offset: i64,
    pub bytes_max: usize,
    pub current_leader_epoch: i32,
    pub last_fetched_epoch: i32,
    /// The offsets in the last response of the session; -1 before the first one.
    pub last_sent: LastSent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastSent {
    pub high_watermark: i64,
    pub log_start: i64,
}

impl LastSent {
    pub(crate) const NOTHING: LastSent = LastSent { high_watermark: -1, log_start: -1 };
}

type Key = (Arc<str>, Uuid, i32);

#[derive(Debug)]
pub(crate) struct Session {
    pub id: i32,
    /// The epoch that the next request must carry.
    epoch: i32,
    by_id: bool,
    partitions: BTreeMap<Key, FetchPartition>,
    /// Partitions in the order of reading: those without records in the last response come first.
    order: Vec<Key>,
    created: Instant,
    used: Instant,
    quota: PartitionQuota,
}

/// The number of partitions of a session, counted against the limit of all sessions.
#[derive(Debug)]
struct PartitionQuota {
    in_all: Arc<AtomicUsize>,
    own: usize,
}

impl PartitionQuota {
    fn of(in_all: &Arc<AtomicUsize>) -> PartitionQuota {
        PartitionQuota { in_all: in_all.clone(), own: 0 }
    }

    /// Changes the number of partitions. Returns `false` if the limits do not allow it.
    fn resize(&mut self, own: usize) -> bool {
        let others = |in_all: usize| in_all - self.own;
        let fits = |in_all: usize| {
            (own <= PARTITIONS_MAX && others(in_all) + own <= PARTITIONS_IN_ALL_MAX || own <= self.own)
                .then(|| others(in_all) + own)
        };
        let done = self.in_all.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fits).is_ok();
        if done {
            self.own = own;
        }
        done
    }
}

impl Drop for PartitionQuota {
    fn drop(&mut self) {
        self.in_all.fetch_sub(self.own, Ordering::SeqCst);
    }
}

/// A fetch session, which one request at a time uses.
pub(crate) type SharedSession = Arc<Lock<{ rank::FETCH_SESSION }, Session>>;

#[derive(Debug, Default)]
pub(crate) struct FetchSessions {
    by_id: Lock<{ rank::FETCH_SESSIONS }, BTreeMap<i32, SharedSession>>,
    partitions: Arc<AtomicUsize>,
}

/// The partitions of a fetch request, and its session. Kafka: `FetchContext`.
#[derive(Debug)]
pub(crate) struct FetchContext {
    pub partitions: Vec<FetchPartition>,
    pub session: Option<SharedSession>,
    /// The response contains only partitions with changes.
    pub incremental: bool,
}

fn partition(topic: &Arc<str>, topic_id: Uuid, part: &fetch_request::FetchPartition) -> FetchPartition {
    FetchPartition {
        topic: topic.clone(),
        topic_id,
        known_as: None,
        partition: part.partition,
        fetch_offset: part.fetch_offset,
        bytes_max: usize::try_from(part.partition_max_bytes).unwrap_or(0),
        current_leader_epoch: part.current_leader_epoch,
        last_fetched_epoch: part.last_fetched_epoch,
        last_sent: LastSent::NOTHING,
    }
}

/// Returns the partitions of a request, each once: a later mention wins, as in Kafka.
fn partitions_of(request: &FetchRequest<'_>) -> Vec<FetchPartition> {
    let mut all = Vec::new();
    let mut places: BTreeMap<(Uuid, &str, i32), usize> = BTreeMap::new();
    for topic in &request.topics {
        let name: Arc<str> = topic.topic.into();
        for part in &topic.partitions {
            let requested = partition(&name, topic.topic_id, part);
            match places.insert((topic.topic_id, topic.topic, part.partition), all.len()) {
                None => all.push(requested),
                Some(place) => {
                    places.insert((topic.topic_id, topic.topic, part.partition), place);
                    all[place] = requested;
                }
            }
        }
    }
    all
}

/// Looks up the name of a topic by its id.
pub(crate) type NameOf<'a> = &'a dyn Fn(Uuid) -> Option<Arc<str>>;

impl FetchPartition {
    fn key(&self) -> Key {
        (self.topic.clone(), self.topic_id, self.partition)
    }

    /// Remembers the name of the topic id: after the topic is deleted, the error depends on whether it existed.
    pub(crate) fn resolve(&mut self, name_of: NameOf<'_>) {
        if self.known_as.is_none() && !self.topic_id.is_zero() {
            self.known_as = name_of(self.topic_id);
        }
    }
}

impl FetchSessions {
    /// Returns the partitions to fetch, or the top-level error. `by_id` is set for versions that name topics by id.
    /// Kafka: `FetchManager.newContext`.
    pub(crate) fn new_context(
        &self,
        request: &FetchRequest<'_>,
        by_id: Option<NameOf<'_>>,
        sessions_max: i64,
        entropy: &Entropy,
        now: Instant,
    ) -> Result<FetchContext, ErrorCode> {
        let (id, epoch) = (request.session_id, request.session_epoch);
        if epoch == INITIAL || epoch == FINAL {
            if id != 0 {
                lock(&self.by_id).remove(&id);
            }
            let partitions = partitions_of(request);
            let session = match epoch {
                INITIAL => self.create(&partitions, by_id, sessions_max, entropy, now),
                _ => None,
            };
            return Ok(FetchContext { partitions, session, incremental: false });
        }
        let found = lock(&self.by_id).get(&id).cloned().ok_or(ErrorCode::FetchSessionIdNotFound)?;
        let mut session = lock(&found);
        if session.epoch != epoch {
            return Err(ErrorCode::InvalidFetchSessionEpoch);
        }
        if session.by_id != by_id.is_some() {
            return Err(ErrorCode::FetchSessionTopicIdError);
        }
        if !session.update(request) {
            // The client starts a new session, or fetches without one if there is no room.
            drop(session);
            lock(&self.by_id).remove(&id);
            return Err(ErrorCode::FetchSessionIdNotFound);
        }
        if let Some(name_of) = by_id {
            session.partitions.values_mut().for_each(|requested| requested.resolve(name_of));
        }
        session.used = now;
        session.epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        let partitions: Vec<FetchPartition> =
            session.order.iter().filter_map(|key| session.partitions.get(key).cloned()).collect();
        drop(session);
        if partitions.is_empty() {
            lock(&self.by_id).remove(&id);
            return Ok(FetchContext { partitions, session: None, incremental: false });
        }
        Ok(FetchContext { partitions, session: Some(found), incremental: true })
    }

    fn create(
        &self,
        partitions: &[FetchPartition],
        by_id: Option<NameOf<'_>>,
        sessions_max: i64,
        entropy: &Entropy,
        now: Instant,
    ) -> Option<SharedSession> {
        let mut sessions = lock(&self.by_id);
        let mut quota = PartitionQuota::of(&self.partitions);
        let size = size_of(partitions.iter());
        while sessions.len() as i64 >= sessions_max || !quota.resize(size) {
            if size > PARTITIONS_MAX.min(PARTITIONS_IN_ALL_MAX) {
                return None;
            }
            let id = evictable(&sessions, partitions.len(), now)?;
            sessions.remove(&id);
        }
        let id = loop {
            let id = entropy.next_i32();
            if !sessions.contains_key(&id) {
                break id;
            }
        };
        let entry = |requested: &FetchPartition| {
            let mut requested = requested.clone();
            by_id.iter().for_each(|name_of| requested.resolve(name_of));
            (requested.key(), requested)
        };
        let session = Session {
            id,
            epoch: 1,
            by_id: by_id.is_some(),
            partitions: partitions.iter().map(entry).collect(),
            order: partitions.iter().map(FetchPartition::key).collect(),
            created: now,
            used: now,
            quota,
        };
        let session = Arc::new(Lock::new(session));
        sessions.insert(id, session.clone());
        Some(session)
    }

    /// Drops sessions that were not used for an hour. A request in progress keeps its session until it is answered.
    pub(crate) fn expire(&self, now: Instant) {
        /// Sessions of disconnected clients would otherwise keep their memory for ever.
        const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);
        lock(&self.by_id).retain(|_, session| now - lock(session).used <= FORGOTTEN_AFTER);
    }
}

/// Returns the session to evict for one of `size` partitions: one that is unused for a while, or a smaller one that is
/// old enough. Kafka: `FetchSessionCacheShard.tryEvict`.
fn evictable(sessions: &BTreeMap<i32, SharedSession>, size: usize, now: Instant) -> Option<i32> {
    let (mut stale, mut smaller) = (None, None);
    for (id, session) in sessions {
        let session = lock(session);
        if now - session.used > EVICTED_AFTER {
            stale = stale.into_iter().chain([(session.used, *id)]).min();
        }
        if session.used - session.created > EVICTED_AFTER && session.partitions.len() < size {
            smaller = smaller.into_iter().chain([(session.partitions.len(), *id)]).min();
        }
    }
    stale.map(|(_, id)| id).or(smaller.map(|(_, id)| id))
}

impl Session {
    /// Applies the changes of a request. Returns `false` if the session became too large.
    fn update(&mut self, request: &FetchRequest<'_>) -> bool {
        for mut new in partitions_of(request) {
            let key = new.key();
            match self.partitions.get_mut(&key) {
                Some(known) => {
                    new.last_sent = known.last_sent;
                    new.known_as = known.known_as.take();
                    *known = new;
                }
                None => {
                    self.order.push(key.clone());
                    self.partitions.insert(key, new);
                }
            }
        }
        let mut forgotten = false;
        for topic in &request.forgotten_topics_data {
            let name: Arc<str> = topic.topic.into();
            for partition in &topic.partitions {
                forgotten |= self.partitions.remove(&(name.clone(), topic.topic_id, *partition)).is_some();
            }
        }
        if forgotten {
            self.order.retain(|key| self.partitions.contains_key(key));
        }
        self.quota.resize(size_of(self.partitions.values()))
    }

    /// Records what a response contained. Partitions with records move behind those without.
    pub(crate) fn record_response(&mut self, sent: impl Iterator<Item = (Key, LastSent)>, served: &BTreeSet<Key>) {
        for (key, last_sent) in sent {
            if let Some(requested) = self.partitions.get_mut(&key) {
                requested.last_sent = last_sent;
            }
        }
        if !served.is_empty() && served.len() < self.order.len() {
            let (behind, mut order): (Vec<Key>, Vec<Key>) =
                std::mem::take(&mut self.order).into_iter().partition(|key| served.contains(key));
            order.extend(behind);
            self.order = order;
        }
    }
}
