//! Events of the engine in the log: topics and members of groups that come and go, transactions that take too long, at
//! INFO.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use engine::events::{Client, Event, GroupEvent, LeaveReason, Observe, Origin};

use crate::{
    clock::real::{self, Instant},
    refusals::client_shown,
    shown::shown,
};

/// Lines in a burst, and lines a second after it: a request may create ten thousand topics.
const BURST: u32 = 200;
const PER_SECOND: f64 = 20.0;

/// Writes the events of an engine to the log.
pub(crate) fn observe() -> Observe {
    let limit = RateLimit::new(real::now());
    Box::new(move |event| {
        if tracing::enabled!(tracing::Level::INFO)
            && let Some(left_out) = limit.take(real::now())
        {
            if left_out > 0 {
                tracing::info!("{left_out} topics, groups and transactions changed that are not listed here");
            }
            tracing::info!("{}", line(event));
        }
    })
}

fn line(event: &Event<'_>) -> String {
    match *event {
        Event::TopicCreated { topic, partitions, origin } => {
            let topic = shown(topic);
            let partitions =
                if partitions == 1 { "1 partition".to_owned() } else { format!("{partitions} partitions") };
            match origin {
                Origin::Request(client) => format!("topic {topic} created with {partitions} by {}", of(client)),
                Origin::AutoCreation(client) => {
                    format!("topic {topic} auto-created with {partitions}: {} asked for it", of(client))
                }
                Origin::Broker => format!("topic {topic} created with {partitions} by the broker"),
                Origin::Host => format!("topic {topic} created with {partitions} by the host program"),
            }
        }
        Event::TopicDeleted { topic, client } => format!("topic {} deleted by {}", shown(topic), of(client)),
        Event::Group { group, event } => format!("group {}: {}", shown(group), group_line(event)),
        Event::TransactionTimedOut { transactional_id, timeout_ms } => {
            format!("transaction of {} aborted: it was open for longer than {timeout_ms} ms", shown(transactional_id))
        }
    }
}

fn group_line(event: &GroupEvent) -> String {
    match event {
        GroupEvent::MemberJoined { member_id, instance_id, client_host } => {
            let instance = instance_id.as_ref().map(|id| format!(", instance {},", shown(id))).unwrap_or_default();
            format!("member {}{instance} joined from {}", shown(member_id), shown(client_host))
        }
        GroupEvent::MemberLeft { member_id, reason } => {
            let how = match reason {
                LeaveReason::Request => "left",
                LeaveReason::SessionTimeout => "was removed: its session timed out",
                LeaveReason::RebalanceTimeout => "was removed: it did not join again in time",
                LeaveReason::SyncTimeout => "was removed: it sent no SyncGroup in time",
                LeaveReason::GroupFull => "was removed: group.max.size is exceeded",
                LeaveReason::GroupDeleted => "was removed: the group was deleted",
            };
            format!("member {} {how}", shown(member_id))
        }
        GroupEvent::Rebalanced { generation, members: 0, .. } => format!("empty in generation {generation}"),
        GroupEvent::Rebalanced { generation, members, protocol } => {
            let members = if *members == 1 { "1 member".to_owned() } else { format!("{members} members") };
            let protocol = protocol.as_ref().map(|name| format!(", protocol {}", shown(name))).unwrap_or_default();
            format!("rebalanced in generation {generation} with {members}{protocol}")
        }
    }
}

fn of(client: Client<'_>) -> String {
    client_shown(client.id, client.host)
}

/// A bucket of lines that fills up by the time.
#[derive(Debug)]
struct RateLimit(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    lines: f64,
    filled_at: Instant,
    left_out: u64,
}

impl RateLimit {
    fn new(now: Instant) -> RateLimit {
        RateLimit(Mutex::new(Bucket { lines: f64::from(BURST), filled_at: now, left_out: 0 }))
    }

    /// How many lines were left out before this one; `None` if this one is left out, too.
    fn take(&self, now: Instant) -> Option<u64> {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed: Duration = now.saturating_duration_since(bucket.filled_at);
        bucket.lines = (bucket.lines + passed.as_secs_f64() * PER_SECOND).min(f64::from(BURST));
        bucket.filled_at = now;
        if bucket.lines < 1.0 {
            bucket.left_out += 1;
            return None;
        }
        bucket.lines -= 1.0;
        Some(std::mem::take(&mut bucket.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client<'_> = Client { id: Some("app\n1"), host: "/127.0.0.1" };

    #[test]
    fn a_line_names_topic_partitions_and_client() {
        let created = |origin| line(&Event::TopicCreated { topic: "t", partitions: 1, origin });
        let client = "client \"app\\n1\" (/127.0.0.1)";
        assert_eq!(created(Origin::Request(CLIENT)), format!("topic t created with 1 partition by {client}"));
        assert_eq!(
            created(Origin::AutoCreation(CLIENT)),
            format!("topic t auto-created with 1 partition: {client} asked for it")
        );
        assert_eq!(line(&Event::TopicDeleted { topic: "t", client: CLIENT }), format!("topic t deleted by {client}"));
    }

    #[test]
    fn lines_are_left_out_beyond_the_rate_and_counted() {
        let start = real::now();
        let limit = RateLimit::new(start);
        assert!((0..BURST).all(|_| limit.take(start) == Some(0)));
        assert_eq!((limit.take(start), limit.take(start)), (None, None));
        assert_eq!(limit.take(start + Duration::from_millis(60)), Some(2));
    }
}
