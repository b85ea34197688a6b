//! The engine's recurring jobs. Each is a deadline of the one queue: when it fires, the job is due and its next
//! deadline is set. The job itself may block and runs when the owner of the threads calls [`Engine::run_jobs`]. Kafka:
//! `LogManager.startup`, the thread of the `LogCleaner`, `GroupCoordinatorService`'s timer.

use std::{collections::BTreeSet, task::Waker};

#[cfg(test)]
mod tests;

use crate::{
    Engine,
    clock::{Instant, Now},
    groups,
    sync::{Lock, lock, rank},
    transactions,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    /// Deletes old segments of topics that are not compacted.
    Retention,
    /// Compacts, and deletes old segments of compacted topics.
    Compaction,
    /// Compacts internal topics in memory before their time. Set by a coordinator whose log has grown.
    EarlyCompaction,
    /// Deletes expired offsets and empty groups.
    OffsetExpiry,
    /// Forgets silent producers and unused fetch sessions, compacts the metadata log and writes checkpoints.
    Expiry,
    /// Removes transactional ids that were not used for long.
    TransactionExpiry,
    /// Aborts transactions whose time is over, and ends those whose markers could not be written. Set by them.
    Transactions,
    /// Syncs what was appended since the last sync, with `fsync=interval`. Set by the first append after a sync.
    IntervalFsync,
}

/// Jobs whose deadlines are set again whenever they fire.
const RECURRING: [Job; 5] = [Job::Retention, Job::Compaction, Job::OffsetExpiry, Job::Expiry, Job::TransactionExpiry];

const EXPIRY_INTERVAL_MS: i64 = 10_000;
/// Shortest time from one run of a job to the next, whatever the configs are.
const PAUSE_MS: i64 = 100;
/// Idempotent producers that all partitions together know, each about a quarter of a kilobyte.
const PRODUCERS_MAX: usize = if cfg!(test) { 500 } else { 1_000_000 };

/// Jobs that are due and have not run yet.
#[derive(Debug, Default)]
pub(crate) struct DueJobs(Lock<{ rank::LISTS }, Due>);

#[derive(Debug, Default)]
struct Due {
    jobs: BTreeSet<Job>,
    waker: Option<Waker>,
}

impl DueJobs {
    pub(crate) fn add(&self, job: Job) {
        let mut due = lock(&self.0);
        due.jobs.insert(job);
        let waker = due.waker.take();
        drop(due);
        waker.into_iter().for_each(Waker::wake);
    }

    fn take(&self) -> BTreeSet<Job> {
        std::mem::take(&mut lock(&self.0).jobs)
    }

    fn poll(&self, waker: &Waker) -> bool {
        let mut due = lock(&self.0);
        due.waker = Some(waker.clone());
        !due.jobs.is_empty()
    }
}

/// Handles the deadline of a job.
pub(crate) fn fire(engine: &Engine, job: Job, now: Now) {
    if job == Job::IntervalFsync {
        return engine.data_dir.iter().for_each(|data_dir| data_dir.make_flush_due());
    }
    set(engine, job, now.instant.after_ms(interval_ms(engine, job).max(PAUSE_MS)));
    engine.due_jobs.add(job);
}

fn set(engine: &Engine, job: Job, at: Instant) {
    engine.timers.set(at, job.into());
}

fn interval_ms(engine: &Engine, job: Job) -> i64 {
    match job {
        Job::Retention => engine.configs.int("log.retention.check.interval.ms"),
        Job::Compaction => engine.configs.int("log.cleaner.backoff.ms"),
        Job::OffsetExpiry => engine.configs.int("offsets.retention.check.interval.ms"),
        Job::TransactionExpiry => engine.configs.int("transaction.remove.expired.transaction.cleanup.interval.ms"),
        Job::Expiry | Job::EarlyCompaction | Job::Transactions | Job::IntervalFsync => EXPIRY_INTERVAL_MS,
    }
}

impl Engine {
    /// Sets the first deadlines of the jobs. Called once, when the broker begins to serve.
    pub fn start_jobs(&self, now: Now) {
        for job in RECURRING {
            let delay_ms = match job {
                Job::Retention => self.configs.int("log.initial.task.delay.ms"),
                job => interval_ms(self, job),
            };
            set(self, job, now.instant.after_ms(delay_ms));
        }
    }

    /// Returns whether [`Engine::run_jobs`] has anything to do; otherwise `waker` is woken once it has.
    pub fn poll_jobs(&self, waker: &Waker) -> bool {
        self.due_jobs.poll(waker)
    }

    /// Runs the jobs that are due. Blocks until they are done or the broker stops.
    pub fn run_jobs(&self, now: Now) {
        self.run(&self.due_jobs.take(), now);
    }

    /// Makes the jobs of logs due, for simulations that are shorter than the intervals. The expiry of offsets is not
    /// among them: it ends empty groups, whose generations then begin anew.
    pub fn make_log_jobs_due(&self) {
        [Job::Retention, Job::Compaction, Job::Expiry].into_iter().for_each(|job| self.due_jobs.add(job));
    }

    /// Makes a job due now.
    pub(crate) fn make_due(&self, job: Job) {
        self.due_jobs.add(job);
    }

    fn run(&self, jobs: &BTreeSet<Job>, now: Now) {
        // First, and short: clients wait for it.
        if jobs.contains(&Job::Transactions) {
            transactions::run_due(self, now);
        }
        if jobs.contains(&Job::Expiry) {
            self.expire(now);
        }
        self.clean_logs(jobs, now);
        if jobs.contains(&Job::EarlyCompaction) {
            self.compact_internal(now);
        }
        if jobs.contains(&Job::OffsetExpiry) && !self.shutdown.stops_maintenance() {
            groups::expire(self, now);
        }
        if jobs.contains(&Job::TransactionExpiry) && !self.shutdown.stops_maintenance() {
            transactions::expire(self, now);
        }
        // After retention: it needs the new starts of the logs.
        if jobs.contains(&Job::Expiry) && !self.shutdown.stops_maintenance() {
            self.write_checkpoints(now);
        }
    }

    fn clean_logs(&self, jobs: &BTreeSet<Job>, now: Now) {
        for topic in self.topics.list() {
            let config = topic.config();
            let job = if config.compact { Job::Compaction } else { Job::Retention };
            if self.shutdown.stops_maintenance() {
                return;
            }
            if jobs.contains(&job) {
                topic.partitions().iter().for_each(|partition| partition.clean(&config, now));
            }
        }
    }

    /// The logs of coordinators in memory, which clients may make grow faster than the interval allows.
    fn compact_internal(&self, now: Now) {
        for topic in self.topics.list().iter().filter(|topic| topic.is_internal) {
            let config = topic.config();
            topic.partitions().iter().for_each(|partition| partition.clean(&config, now));
        }
    }

    fn expire(&self, now: Now) {
        let kept_ms = self.configs.int("producer.id.expiration.ms");
        let partitions = self.topics.partitions();
        partitions.iter().for_each(|(_, partition)| partition.expire_producers(kept_ms, now));
        self.bound_producers(kept_ms, now);
        self.fetch_sessions.expire(now.instant);
    }

    /// If all partitions together know too many producers, those that are silent for a shorter time expire, too.
    fn bound_producers(&self, mut kept_ms: i64, now: Now) {
        let partitions = self.topics.partitions();
        let count = || partitions.iter().map(|(_, partition)| partition.producer_count()).sum::<usize>();
        while kept_ms > 1_000 && count() > PRODUCERS_MAX {
            kept_ms /= 2;
            partitions.iter().for_each(|(_, partition)| partition.expire_producers(kept_ms, now));
        }
    }

    fn write_checkpoints(&self, now: Now) {
        let Some(data_dir) = &self.data_dir else { return };
        data_dir.metadata.run_maintenance(now);
        // Needed only after a crash, and tried again next time.
        let _ = data_dir.checkpoint(&self.topics.partitions());
    }
}
