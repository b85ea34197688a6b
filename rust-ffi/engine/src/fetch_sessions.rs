//! Fetch sessions (KIP-227): a consumer names its partitions once, and then only what has changed. Kafka:
//! `FetchSession.scala`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use wire::{
    ErrorCode, Uuid,
    message::fetch_request::{FetchPartition, FetchRequest},
};

use crate::{clock::Instant, entropy::Entropy, waiters::lock};

/// A session that was not used for this long makes room for another. Kafka:
/// `MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS`.
const EVICTED_AFTER: Duration = Duration::from_secs(120);
/// A partition in a session costs memory for as long as the session lives.
const PARTITIONS_MAX: usize = 100_000;

/// Epochs that mean something else. Kafka: `FetchMetadata`.
const FINAL: i32 = -1;
const INITIAL: i32 = 0;

/// One partition that a client wants to read.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Empty from version 13 on, which names topics by their ids.
    pub topic: Arc<str>,
    pub topic_id: Uuid,
    pub partition: i32,
    pub fetch_offset: i64,
    pub bytes_max: usize,
    pub current_leader_epoch: i32,
    pub last_fetched_epoch: i32,
    /// What the client of a session was told last; -1 if nothing yet.
    pub told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub high_watermark: i64,
    pub log_start: i64,
}

impl Told {
    pub(crate) const NOTHING: Told = Told { high_watermark: -1, log_start: -1 };
}

type Key = (Arc<str>, Uuid, i32);

#[derive(Debug)]
pub(crate) struct Session {
    pub id: i32,
    /// What the next request has to say.
    epoch: i32,
    by_id: bool,
    wanted: BTreeMap<Key, Wanted>,
    /// Who got nothing last time comes first next time.
    order: Vec<Key>,
    used: Instant,
}

#[derive(Debug, Default)]
pub(crate) struct FetchSessions(Mutex<BTreeMap<i32, Arc<Mutex<Session>>>>);

/// What a fetch is about.
#[derive(Debug)]
pub(crate) struct Context {
    pub wanted: Vec<Wanted>,
    pub session: Option<Arc<Mutex<Session>>>,
    /// Only what has changed is answered.
    pub incremental: bool,
}

fn wanted(topic: &Arc<str>, topic_id: Uuid, part: &FetchPartition) -> Wanted {
    Wanted {
        topic: topic.clone(),
        topic_id,
        partition: part.partition,
        fetch_offset: part.fetch_offset,
        bytes_max: usize::try_from(part.partition_max_bytes).unwrap_or(0),
        current_leader_epoch: part.current_leader_epoch,
        last_fetched_epoch: part.last_fetched_epoch,
        told: Told::NOTHING,
    }
}

/// Each partition once: a later mention wins, as in Kafka.
fn named(request: &FetchRequest<'_>) -> Vec<Wanted> {
    let mut all = Vec::new();
    let mut places: BTreeMap<(Uuid, &str, i32), usize> = BTreeMap::new();
    for topic in &request.topics {
        let name: Arc<str> = topic.topic.into();
        for part in &topic.partitions {
            let wanted = wanted(&name, topic.topic_id, part);
            match places.insert((topic.topic_id, topic.topic, part.partition), all.len()) {
                None => all.push(wanted),
                Some(place) => {
                    places.insert((topic.topic_id, topic.topic, part.partition), place);
                    all[place] = wanted;
                }
            }
        }
    }
    all
}

impl Wanted {
    fn key(&self) -> Key {
        (self.topic.clone(), self.topic_id, self.partition)
    }
}

impl FetchSessions {
    /// Who fetches what. The error is the whole answer's. Kafka: `FetchManager.newContext`.
    pub(crate) fn context(
        &self,
        request: &FetchRequest<'_>,
        by_id: bool,
        sessions_max: i64,
        entropy: &Entropy,
        now: Instant,
    ) -> Result<Context, ErrorCode> {
        let (id, epoch) = (request.session_id, request.session_epoch);
        if epoch == INITIAL || epoch == FINAL {
            if id != 0 {
                lock(&self.0).remove(&id);
            }
            let wanted = named(request);
            let session = match epoch {
                INITIAL => self.create(&wanted, by_id, sessions_max, entropy, now),
                _ => None,
            };
            return Ok(Context { wanted, session, incremental: false });
        }
        let found = lock(&self.0).get(&id).cloned().ok_or(ErrorCode::FetchSessionIdNotFound)?;
        let mut session = lock(&found);
        if session.epoch != epoch {
            return Err(ErrorCode::InvalidFetchSessionEpoch);
        }
        if session.by_id != by_id {
            return Err(ErrorCode::FetchSessionTopicIdError);
        }
        session.update(request);
        session.used = now;
        session.epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        let wanted: Vec<Wanted> = session.order.iter().filter_map(|key| session.wanted.get(key).cloned()).collect();
        drop(session);
        if wanted.is_empty() {
            lock(&self.0).remove(&id);
            return Ok(Context { wanted, session: None, incremental: false });
        }
        Ok(Context { wanted, session: Some(found), incremental: true })
    }

    fn create(
        &self,
        wanted: &[Wanted],
        by_id: bool,
        sessions_max: i64,
        entropy: &Entropy,
        now: Instant,
    ) -> Option<Arc<Mutex<Session>>> {
        if wanted.len() > PARTITIONS_MAX {
            return None;
        }
        let mut sessions = lock(&self.0);
        if sessions.len() as i64 >= sessions_max {
            let oldest = sessions.iter().map(|(id, session)| (lock(session).used, *id)).min();
            let (used, id) = oldest?;
            if now - used <= EVICTED_AFTER {
                return None;
            }
            sessions.remove(&id);
        }
        let id = loop {
            let id = entropy.next_i32();
            if !sessions.contains_key(&id) {
                break id;
            }
        };
        let session = Session {
            id,
            epoch: 1,
            by_id,
            wanted: wanted.iter().map(|wanted| (wanted.key(), wanted.clone())).collect(),
            order: wanted.iter().map(Wanted::key).collect(),
            used: now,
        };
        let session = Arc::new(Mutex::new(session));
        sessions.insert(id, session.clone());
        Some(session)
    }

    /// Whoever holds one keeps it until he has answered.
    pub(crate) fn expire(&self, now: Instant) {
        /// A client that has gone leaves its session behind; nobody else would take its memory back.
        const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);
        lock(&self.0).retain(|_, session| now - lock(session).used <= FORGOTTEN_AFTER);
    }
}

impl Session {
    fn update(&mut self, request: &FetchRequest<'_>) {
        for mut new in named(request) {
            let key = new.key();
            let room = self.wanted.len() < PARTITIONS_MAX;
            match self.wanted.get_mut(&key) {
                Some(known) => {
                    new.told = known.told;
                    *known = new;
                }
                None if room => {
                    self.order.push(key.clone());
                    self.wanted.insert(key, new);
                }
                None => {}
            }
        }
        let mut forgotten = false;
        for topic in &request.forgotten_topics_data {
            let name: Arc<str> = topic.topic.into();
            for partition in &topic.partitions {
                forgotten |= self.wanted.remove(&(name.clone(), topic.topic_id, *partition)).is_some();
            }
        }
        if forgotten {
            self.order.retain(|key| self.wanted.contains_key(key));
        }
    }

    /// What the client was told. Those that had records go behind those that had none.
    pub(crate) fn answered(&mut self, told: impl Iterator<Item = (Key, Told)>, served: &[Key]) {
        for (key, told) in told {
            if let Some(wanted) = self.wanted.get_mut(&key) {
                wanted.told = told;
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
