//! What the engine reports for the log of the shell: topics and members of groups that come and go, and requests that
//! are refused for what they ask. The shell decides what is written.

use std::{fmt, sync::Arc};

/// The client of a request, as its header and its connection name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client<'a> {
    pub id: Option<&'a str>,
    /// The address without its port, as Kafka shows it: `/127.0.0.1`.
    pub host: &'a str,
}

/// Why a topic is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A client's CreateTopics.
    Request(Client<'a>),
    /// A client has asked for the metadata of a topic that did not exist.
    AutoCreation(Client<'a>),
    /// The broker needs it for itself.
    Broker,
    /// The program that embeds the broker.
    Host,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    TopicCreated {
        topic: &'a str,
        partitions: i32,
        origin: Origin<'a>,
    },
    TopicDeleted {
        topic: &'a str,
        client: Client<'a>,
    },
    Group {
        group: &'a str,
        event: &'a GroupEvent,
    },
    /// A transaction was aborted because its time is over.
    TransactionTimedOut {
        transactional_id: &'a str,
        timeout_ms: i32,
    },
}

/// What happened to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupEvent {
    MemberJoined {
        member_id: Arc<str>,
        /// Kafka: `group.instance.id`.
        instance_id: Option<Arc<str>>,
        client_host: Arc<str>,
    },
    MemberLeft {
        member_id: Arc<str>,
        reason: LeaveReason,
    },
    /// The members of a new generation have joined. A group without members is empty.
    Rebalanced {
        generation: i32,
        members: usize,
        /// The name of the assignor, for consumers.
        protocol: Option<Arc<str>>,
    },
}

/// Why a member has left its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveReason {
    /// LeaveGroup, of the member or of an administrator.
    Request,
    SessionTimeout,
    /// The member did not join again in time.
    RebalanceTimeout,
    /// The member joined and did not send SyncGroup in time.
    SyncTimeout,
    /// `group.max.size` is exceeded.
    GroupFull,
    /// The group was deleted, or `__consumer_offsets` was.
    GroupDeleted,
}

/// Called on the thread of the request, which holds no lock of the engine but that of the configs. Has to be quick.
pub type Observe = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// Where events go; nowhere unless the shell asks for them.
#[derive(Default)]
pub(crate) struct Observer(Option<Observe>);

impl Observer {
    pub(crate) fn new(observe: Observe) -> Observer {
        Observer(Some(observe))
    }

    pub(crate) fn report(&self, event: &Event<'_>) {
        if let Some(observe) = &self.0 {
            observe(event);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}

#[cfg(test)]
mod tests;
