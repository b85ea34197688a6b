//! A shard's environment in the engine: its partition of the internal topic, and the timer queue.

use wire::{ErrorCode, batch};

use super::{Coordinator, Env, KeyValue, ProducerIdAndEpoch};
use crate::{
    Engine,
    appender::{self, Unsynced},
    clock::{Instant, Now},
    configs::TopicConfig,
    log::{AppendError, AppendOrigin, EndTxnMarker},
    maintenance::Job,
    timer_event::TimerEvent,
    timers::{CancelTimer, TimerKey},
};

pub(crate) struct EngineEnv<'a> {
    pub(crate) engine: &'a Engine,
    /// The name of the internal topic.
    pub(crate) topic: &'static str,
    pub(crate) partition: i32,
}

/// Where a coordinator of the engine shows what it does.
pub(crate) trait Observed: Coordinator {
    /// As [`Env::changed`].
    fn changed(engine: &Engine);

    /// As [`Env::report`].
    fn report(engine: &Engine, report: &Self::Report);
}

impl<C: Observed> Env<C> for EngineEnv<'_>
where
    TimerEvent: From<C::Timer>,
{
    fn append(
        &self,
        records: &[KeyValue],
        producer: Option<ProducerIdAndEpoch>,
        now: Now,
    ) -> (usize, Result<Option<Unsynced>, ErrorCode>) {
        self.append_records(records, producer, now)
    }

    fn append_marker(&self, marker: &EndTxnMarker, now: Now) -> Result<Option<Unsynced>, ErrorCode> {
        appender::append_marker(self.engine, self.topic, self.partition, marker, now)
    }

    fn set_timer(&self, at: Instant, timer: C::Timer) -> TimerKey {
        self.engine.timers.set(at, timer.into())
    }

    fn cancel_timer(&self, key: TimerKey) {
        self.engine.timers.cancel(key);
    }

    fn changed(&self) {
        C::changed(self.engine);
    }

    fn report(&self, report: &C::Report) {
        C::report(self.engine, report);
    }
}

impl EngineEnv<'_> {
    /// Appends records in batches that the topic takes. Returns how many were appended. Kafka's coordinators answer
    /// COORDINATOR_NOT_AVAILABLE when their log cannot be written.
    fn append_records(
        &self,
        records: &[KeyValue],
        producer: Option<ProducerIdAndEpoch>,
        now: Now,
    ) -> (usize, Result<Option<Unsynced>, ErrorCode>) {
        let topic = self.engine.topics.get(self.topic);
        let found = topic.and_then(|topic| Some((topic.partition(self.partition)?, topic.config())));
        let Some((partition, config)) = found else { return (0, Err(ErrorCode::CoordinatorNotAvailable)) };
        let pairs: Vec<_> = records.iter().map(|(key, value)| (Some(&key[..]), value.as_deref())).collect();
        let max = usize::try_from(config.max_message_bytes).unwrap_or(0);
        // A record that is too large alone was taken by an earlier version, and is moved or deleted.
        let config = TopicConfig { max_message_bytes: i64::MAX, ..(*config).clone() };
        let (mut appended, mut unsynced) = (0, None);
        for run in runs(&pairs, max) {
            let batch = match producer {
                None => batch::build(run, now.wall_ms),
                Some(ProducerIdAndEpoch { id, epoch }) => batch::build_transactional(run, now.wall_ms, id, epoch),
            };
            match appender::append(self.engine, &partition, AppendOrigin::Coordinator, &batch, &config, now) {
                Ok((_, until)) => unsynced = until,
                Err(AppendError::StaleEpoch { .. }) => return (appended, Err(ErrorCode::InvalidProducerEpoch)),
                Err(_) => return (appended, Err(ErrorCode::CoordinatorNotAvailable)),
            }
            appended += run.len();
        }
        if partition.wants_compaction() {
            self.engine.make_due(Job::EarlyCompaction);
        }
        (appended, Ok(unsynced))
    }
}

/// Returns whether records fit into one batch of at most `max` bytes, without building it if that is obvious.
pub(crate) fn fits(records: &[KeyValue], max: usize) -> bool {
    let bytes = |(key, value): &KeyValue| RECORD_BYTES + key.len() + value.as_ref().map_or(0, Vec::len);
    if batch::HEADER + records.iter().map(bytes).sum::<usize>() <= max {
        return true;
    }
    let pairs: Vec<_> = records.iter().map(|(key, value)| (Some(&key[..]), value.as_deref())).collect();
    batch::build(&pairs, 0).len() <= max
}

/// More than a record takes besides its key and value.
const RECORD_BYTES: usize = 32;

/// Splits records into runs whose batches have at most `max` bytes, or one record.
fn runs<'a, 'b>(pairs: &'a [batch::Pair<'b>], max: usize) -> Vec<&'a [batch::Pair<'b>]> {
    let bytes =
        |(key, value): &batch::Pair<'_>| RECORD_BYTES + key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len);
    let (mut runs, mut begin, mut held) = (Vec::new(), 0, batch::HEADER);
    for (at, pair) in pairs.iter().enumerate() {
        held += bytes(pair);
        if held > max && at > begin {
            runs.push(&pairs[begin..at]);
            (begin, held) = (at, batch::HEADER + bytes(pair));
        }
    }
    runs.push(&pairs[begin..]);
    runs
}
