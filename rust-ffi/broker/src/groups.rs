//! Groups for the embedding program: what they are, and waiting until they are as it wants them.

use std::{future::poll_fn, task::Poll, time::Duration};

use engine::{Engine, Group, GroupPartition};
use futures_lite::future::or;

use crate::{
    Broker,
    clock::real,
    error::{Error, Kind},
};

/// What ends one wait.
enum End {
    Changed,
    Late,
    Stopped,
}

impl Broker {
    /// Lists the groups, by name.
    pub fn groups(&self) -> Result<Vec<Group>, Error> {
        self.with_engine(|engine| engine.groups())
    }

    /// Returns `None` if the group does not exist.
    pub fn group(&self, name: &str) -> Result<Option<Group>, Error> {
        self.with_engine(|engine| engine.group(name))
    }

    /// The partitions that a group has committed or is assigned, with their lag.
    pub fn group_partitions(&self, name: &str) -> Result<Vec<GroupPartition>, Error> {
        self.with_engine(|engine| engine.group_partitions(name))
    }

    /// Blocks until the group is as `is_met` wants it, and returns it. After the timeout the error says what `wanted`
    /// was and what the group is.
    pub fn wait_for_group(
        &self,
        name: &str,
        wanted: &str,
        timeout: Duration,
        is_met: impl Fn(&Group) -> bool,
    ) -> Result<Group, Error> {
        self.until(timeout, wanted, |engine| match engine.group(name) {
            Some(group) if is_met(&group) => Ok(group),
            Some(group) => Err(shown(&group)),
            None => Err(format!("there is no group '{name}'")),
        })
    }

    /// As [`Broker::wait_for_group`], for the partitions of a group.
    pub fn wait_for_partitions(
        &self,
        name: &str,
        wanted: &str,
        timeout: Duration,
        is_met: impl Fn(&[GroupPartition]) -> bool,
    ) -> Result<Vec<GroupPartition>, Error> {
        self.until(timeout, wanted, |engine| {
            let partitions = engine.group_partitions(name);
            if is_met(&partitions) { Ok(partitions) } else { Err(shown_partitions(name, &partitions)) }
        })
    }

    /// `look` returns what was waited for, or what it sees instead.
    fn until<T>(
        &self,
        timeout: Duration,
        wanted: &str,
        look: impl Fn(&Engine) -> Result<T, String>,
    ) -> Result<T, Error> {
        let (runtime, backend) = self.shared.running()?;
        let engine = backend.engine().ok_or_else(untold)?;
        runtime.block_on(async {
            let mut late = Box::pin(real::sleep(timeout));
            loop {
                // Taken before the look, so that no change falls in between.
                let ticket = engine.watch_groups();
                let seen = match look(engine) {
                    Ok(found) => return Ok(found),
                    Err(seen) => seen,
                };
                let changed = async {
                    poll_fn(|cx| if ticket.poll_woken(cx.waker()) { Poll::Ready(()) } else { Poll::Pending }).await;
                    End::Changed
                };
                let late = async {
                    (&mut late).await;
                    End::Late
                };
                let stopped = async {
                    self.shared.drain.cancelled().await;
                    End::Stopped
                };
                match or(or(changed, stopped), late).await {
                    End::Changed => {}
                    End::Late => {
                        return Err(Error::new(Kind::Timeout, format!("{wanted}: not in time; {seen}")));
                    }
                    End::Stopped => return Err(Error::new(Kind::State, format!("{wanted}: the broker stops"))),
                }
            }
        })
    }

    fn with_engine<T>(&self, ask: impl FnOnce(&Engine) -> T) -> Result<T, Error> {
        let (_, backend) = self.shared.running()?;
        Ok(ask(backend.engine().ok_or_else(untold)?))
    }
}

fn untold() -> Error {
    Error::new(Kind::Storage, "this storage does not tell of its groups; memory:// and file:// do")
}

/// Partitions in the text of an error; the rest is counted.
const SHOWN: usize = 8;

fn shown(group: &Group) -> String {
    let members = match group.members.len() {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    };
    format!("group '{}' is {} with {members}", group.name, group.state)
}

fn shown_partitions(name: &str, partitions: &[GroupPartition]) -> String {
    if partitions.is_empty() {
        return format!("group '{name}' has committed nothing and is assigned nothing");
    }
    let one = |partition: &GroupPartition| {
        let GroupPartition { topic, partition, committed, high_watermark, lag, .. } = partition;
        let committed = committed.map_or_else(|| "nothing".to_owned(), |offset| format!("offset {offset}"));
        format!("{topic}-{partition} has {committed} committed of {high_watermark} (lag {lag})")
    };
    let mut text = partitions.iter().take(SHOWN).map(one).collect::<Vec<_>>().join(", ");
    if let Some(more) = partitions.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(", and {more} more"));
    }
    text
}
