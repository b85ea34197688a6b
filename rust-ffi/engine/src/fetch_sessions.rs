//! Fetch sessions (KIP-227): a consumer names its partitions once, and then only what has changed. Kafka:
//! `FetchSession.scala`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use wire::{
    ErrorCode, Uuid,
    message::fetch_request::{self, FetchRequest},
};

use crate::{clock::Instant, entropy::Entropy, waiters::lock};

/// A session that was not used for this long makes room for another. Kafka:
/// `MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS`.
const EVICTED_AFTER: Duration = Duration::from_secs(120);
/// A partition in a session costs memory for as long as the session lives, about a quarter of a kilobyte.
const PARTITIONS_MAX: usize = 100_000;
/// Of all sessions together. Kafka counts sessions alone.
const PARTITIONS_IN_ALL_MAX: usize = if cfg!(test) { 1_000 } else { 400_000 };

/// Epochs that mean something else. Kafka: `FetchMetadata`.
const FINAL: i32 = -1;
const INITIAL: i32 = 0;

/// One partition that a client wants to read.
#[derive(Clone, Debug)]
pub(crate) struct FetchPartition {
    /// Empty from version 13 on, which names topics by their ids.
    pub topic: Arc<str>,
    pub topic_id: Uuid,
    /// The name that the id had when it was first known. Kafka: `CachedPartition.maybeResolveUnknownName`.
    pub known_as: Option<Arc<str>>,
    pub partition: i32,
    pub fetch_offset: i64,
    pub bytes_max: usize,
    pub current_leader_epoch: i32,
    pub last_fetched_epoch: i32,
    /// What the client of a session was told last; -1 if nothing yet.
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
    /// What the next request has to say.
    epoch: i32,
    by_id: bool,
    partitions: BTreeMap<Key, FetchPartition>,
    /// Who got nothing last time comes first next time.
    order: Vec<Key>,
    created: Instant,
    used: Instant,
    quota: PartitionQuota,
}

/// How many partitions all sessions have, and this one among them.
#[derive(Debug)]
struct PartitionQuota {
    in_all: Arc<AtomicUsize>,
    own: usize,
}

impl PartitionQuota {
    fn of(in_all: &Arc<AtomicUsize>) -> PartitionQuota {
        PartitionQuota { in_all: in_all.clone(), own: 0 }
    }

    /// Whether there is room for so many.
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

#[derive(Debug, Default)]
pub(crate) struct FetchSessions {
    by_id: Mutex<BTreeMap<i32, Arc<Mutex<Session>>>>,
    partitions: Arc<AtomicUsize>,
}

/// What a fetch is about.
#[derive(Debug)]
pub(crate) struct FetchContext {
    pub partitions: Vec<FetchPartition>,
    pub session: Option<Arc<Mutex<Session>>>,
    /// Only what has changed is answered.
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

/// Each partition once: a later mention wins, as in Kafka.
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

/// A topic's name by its id, if there is such a topic.
pub(crate) type NameOf<'a> = &'a dyn Fn(Uuid) -> Option<Arc<str>>;

impl FetchPartition {
    fn key(&self) -> Key {
        (self.topic.clone(), self.topic_id, self.partition)
    }

    /// Remembers the name of a topic that is known by its id: once the topic is deleted, the answer depends on whether
    /// there was one.
    pub(crate) fn resolve(&mut self, name_of: NameOf<'_>) {
        if self.known_as.is_none() && !self.topic_id.is_zero() {
            self.known_as = name_of(self.topic_id);
        }
    }
}

impl FetchSessions {
    /// Returns what is fetched. The error is the whole answer's. `by_id` is set for requests that name topics by their
    /// ids. Kafka: `FetchManager.newContext`.
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
            // The client begins anew, and is answered without a session if there is no room then either.
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
    ) -> Option<Arc<Mutex<Session>>> {
        let mut sessions = lock(&self.by_id);
        let mut quota = PartitionQuota::of(&self.partitions);
        while sessions.len() as i64 >= sessions_max || !quota.resize(partitions.len()) {
            if partitions.len() > PARTITIONS_MAX.min(PARTITIONS_IN_ALL_MAX) {
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
        let session = Arc::new(Mutex::new(session));
        sessions.insert(id, session.clone());
        Some(session)
    }

    /// Whoever holds one keeps it until he has answered.
    pub(crate) fn expire(&self, now: Instant) {
        /// A client that has gone leaves its session behind; nobody else would take its memory back.
        const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);
        lock(&self.by_id).retain(|_, session| now - lock(session).used <= FORGOTTEN_AFTER);
    }
}

/// Which session makes room for one of `size` partitions: one that nobody has used for a while, or one that is smaller
/// and has been of use for a while. Kafka: `FetchSessionCacheShard.tryEvict`.
fn evictable(sessions: &BTreeMap<i32, Arc<Mutex<Session>>>, size: usize, now: Instant) -> Option<i32> {
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
    /// `false` if it has become too large; it is of no use then.
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
        self.quota.resize(self.partitions.len())
    }

    /// What the client was told. Those that had records go behind those that had none.
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
