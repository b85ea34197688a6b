//! When retention, compaction and the rest of the maintenance are due, by the configs. Kafka: `LogManager.startup`, and
//! the thread of the `LogCleaner`.

use crate::sync::{Lock, lock, rank};

use crate::{
    clock::{Instant, Now},
    configs::BrokerConfigs,
};

/// What has expired beside records, and the checkpoint of the logs' starts.
const REST_INTERVAL_MS: i64 = 10_000;

/// What one round of maintenance does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jobs {
    /// Deletes old segments of topics that are not compacted.
    pub retention: bool,
    /// Compacts, and deletes old segments of compacted topics.
    pub compaction: bool,
    pub rest: bool,
}

impl Jobs {
    pub(crate) const ALL: Jobs = Jobs { retention: true, compaction: true, rest: true };
}

/// When each job is due next; set by the first look at it.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    due: Lock<{ rank::SCHEDULE }, Option<Due>>,
    /// What was due, and is not done yet.
    begun: Lock<{ rank::SCHEDULE_BEGUN }, Jobs>,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    retention: Instant,
    compaction: Instant,
    rest: Instant,
}

impl Due {
    fn first(now: Now, configs: &BrokerConfigs) -> Due {
        Due {
            retention: now.instant.after_ms(configs.int("log.initial.task.delay.ms")),
            compaction: now.instant.after_ms(configs.int("log.cleaner.backoff.ms")),
            rest: now.instant.after_ms(REST_INTERVAL_MS),
        }
    }
}

/// Whether a job is due; sets when it is due again.
fn take(due: &mut Instant, now: Now, interval_ms: i64) -> bool {
    let is_due = *due <= now.instant;
    if is_due {
        *due = now.instant.after_ms(interval_ms);
    }
    is_due
}

impl Schedule {
    /// When the next job is due.
    pub(crate) fn next(&self, now: Now, configs: &BrokerConfigs) -> Instant {
        let due = *lock(&self.due).get_or_insert_with(|| Due::first(now, configs));
        due.retention.min(due.compaction).min(due.rest)
    }

    /// What is due is begun, and due again after its interval.
    pub(crate) fn begin(&self, now: Now, configs: &BrokerConfigs) {
        let mut due = lock(&self.due);
        let due = due.get_or_insert_with(|| Due::first(now, configs));
        let mut begun = lock(&self.begun);
        begun.retention |= take(&mut due.retention, now, configs.int("log.retention.check.interval.ms"));
        begun.compaction |= take(&mut due.compaction, now, configs.int("log.cleaner.backoff.ms"));
        begun.rest |= take(&mut due.rest, now, REST_INTERVAL_MS);
    }

    pub(crate) fn take_begun(&self) -> Jobs {
        std::mem::take(&mut *lock(&self.begun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Settings, testing::produce};

    fn at(ms: u64) -> Now {
        Now { instant: Instant(ms * 1_000), wall_ms: 1_000_000_000_000 + ms as i64 }
    }

    fn engine(configs: &[(&str, &str)]) -> Engine {
        let broker_configs = configs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Engine::new(Settings { broker_configs, ..Settings::default() })
    }

    fn run(engine: &Engine, now: Now) {
        engine.begin_maintenance(now);
        engine.run_due_maintenance(now);
    }

    /// The records are of 1970: they have expired when they are written, as fixtures often have.
    fn log_start(engine: &Engine) -> i64 {
        engine.topics.get("t").unwrap().partition(0).unwrap().range().0
    }

    #[test]
    fn old_records_live_until_the_first_check_of_retention() {
        let engine = engine(&[]);
        let topic = engine.create("t", 1, Default::default()).unwrap();
        run(&engine, at(0));
        produce(&topic, 0, 3);
        for ms in [10_000, 20_000, 29_999] {
            run(&engine, at(ms));
            assert_eq!(log_start(&engine), 0, "{ms}");
        }
        run(&engine, at(30_000));
        assert_eq!(log_start(&engine), 3);
        produce(&topic, 0, 2);
        run(&engine, at(329_999));
        assert_eq!(log_start(&engine), 3, "five minutes are not over");
        run(&engine, at(330_000));
        assert_eq!(log_start(&engine), 5);
    }

    #[test]
    fn delay_and_interval_of_retention_are_the_configs() {
        let engine = engine(&[("log.initial.task.delay.ms", "0"), ("log.retention.check.interval.ms", "500")]);
        let topic = engine.create("t", 1, Default::default()).unwrap();
        produce(&topic, 0, 1);
        run(&engine, at(0));
        assert_eq!(log_start(&engine), 1);
        produce(&topic, 0, 1);
        run(&engine, at(499));
        assert_eq!(log_start(&engine), 1);
        run(&engine, at(500));
        assert_eq!(log_start(&engine), 2);
    }

    #[test]
    fn compaction_is_tried_again_after_its_backoff() {
        let engine = engine(&[("log.cleaner.backoff.ms", "200"), ("log.initial.task.delay.ms", "1000000")]);
        let configs = [("cleanup.policy".to_owned(), "compact,delete".to_owned())].into();
        let topic = engine.create("t", 1, configs).unwrap();
        run(&engine, at(0));
        let batch = crate::log::testing::plain(1, 10, 0);
        topic.partition(0).unwrap().append(&batch, &topic.config(), at(0)).unwrap();
        run(&engine, at(199));
        assert_eq!(log_start(&engine), 0);
        run(&engine, at(200));
        assert_eq!(log_start(&engine), 1, "the cleaner deletes what has expired in compacted topics");
    }
}
