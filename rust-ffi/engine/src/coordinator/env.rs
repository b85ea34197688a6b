//! A shard's environment in the engine: its partition of the internal topic, and the timer queue.

use wire::{ErrorCode, batch};

use super::{Coordinator, Env, KeyValue};
use crate::{
    Engine, Topic,
    appender::{self, Unsynced},
    clock::{Instant, Now},
    configs::TopicConfig,
    events::{Event, GroupEvent},
    timer_event::TimerEvent,
    timers::{CancelTimer, TimerKey},
};

pub(crate) struct EngineEnv<'a> {
    pub(crate) engine: &'a Engine,
    /// The name of the internal topic.
    pub(crate) topic: &'static str,
    pub(crate) partition: i32,
}

impl<C: Coordinator> Env<C> for EngineEnv<'_>
where
    TimerEvent: From<C::Timer>,
{
    fn append(&self, records: &[KeyValue], now: Now) -> (usize, Result<Option<Unsynced>, ErrorCode>) {
        let Some(topic) = self.engine.topics.get(self.topic) else {
            return (0, Err(ErrorCode::CoordinatorNotAvailable));
        };
        append(self.engine, &topic, self.partition, records, now)
    }

    fn set_timer(&self, at: Instant, timer: C::Timer) -> TimerKey {
        self.engine.timers.set(at, timer.into())
    }

    fn cancel_timer(&self, key: TimerKey) {
        self.engine.timers.cancel(key);
    }

    fn changed(&self) {
        self.engine.groups.changed.wake();
    }

    fn report(&self, group: &str, event: &GroupEvent) {
        self.engine.observer.report(&Event::Group { group, event });
    }
}

/// Appends records to a partition of an internal topic, in batches that the topic takes. Returns how many were
/// appended. Kafka's coordinators answer COORDINATOR_NOT_AVAILABLE when their log cannot be written.
fn append(
    engine: &Engine,
    topic: &Topic,
    partition: i32,
    records: &[KeyValue],
    now: Now,
) -> (usize, Result<Option<Unsynced>, ErrorCode>) {
    let Some(partition) = topic.partition(partition) else { return (0, Err(ErrorCode::CoordinatorNotAvailable)) };
    let pairs: Vec<_> = records.iter().map(|(key, value)| (Some(&key[..]), value.as_deref())).collect();
    let config = topic.config();
    let max = usize::try_from(config.max_message_bytes).unwrap_or(0);
    // A record that is too large alone was taken by an earlier version, and is moved or deleted.
    let config = TopicConfig { max_message_bytes: i64::MAX, ..(*config).clone() };
    let (mut appended, mut unsynced) = (0, None);
    for run in runs(&pairs, max) {
        match appender::append(engine, &partition, &batch::build(run, now.wall_ms), &config, now) {
            Ok((_, until)) => unsynced = until,
            Err(_) => return (appended, Err(ErrorCode::CoordinatorNotAvailable)),
        }
        appended += run.len();
    }
    (appended, Ok(unsynced))
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
