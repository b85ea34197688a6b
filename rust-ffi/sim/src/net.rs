//! The virtual network and the virtual time with its event queue. Connections keep their order; each has its own delays
//! and may break, with everything in flight.

use std::collections::{BTreeMap, VecDeque};

use wire::{
    api::Api,
    message::{Request, Writer},
};

use crate::{
    model::{Checker, Model},
    rng::Rng,
    trace::{Trace, hash},
};

pub(crate) type ClientId = usize;
pub(crate) type ConnId = u32;

/// Start of a run, in milliseconds since 1970.
const WALL_MS: i64 = 1_790_000_000_000;

#[derive(Debug)]
pub(crate) enum Event {
    /// A request reaches the broker.
    Arrives(ConnId, Vec<u8>),
    /// A response reaches the client.
    Answered(ConnId, Vec<u8>),
    /// The client learns that its connection is gone.
    Closed(ConnId),
    /// A time that the client has scheduled.
    Wakes(ClientId),
    /// The network cuts a connection.
    Cut,
    Flush,
    /// The jobs that are due run.
    Jobs,
    Maintain,
    CheckLogs,
    /// The disk begins to fail, and works again.
    Fault,
    Mend,
    Crash,
    /// The armed crash happens now, unless a write triggered it before.
    ArmedCrash,
    Start,
}

/// A connection as the client sees it.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) client: ClientId,
    pub(crate) open: bool,
    /// The broker has closed the connection; earlier responses are in flight.
    pub(crate) refused: bool,
    /// Outstanding requests, in order: correlation id, key, version.
    asked: VecDeque<(i32, i16, i16)>,
    there_us: u64,
    back_us: u64,
}

#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) now_us: u64,
    queue: BTreeMap<(u64, u64), Event>,
    set: u64,
    pub(crate) rng: Rng,
    pub(crate) trace: Trace,
    pub(crate) model: Model,
    pub(crate) conns: BTreeMap<ConnId, Conn>,
    conn_of: BTreeMap<ClientId, ConnId>,
    next_conn: ConnId,
    next_correlation: i32,
    delay_us: u64,
    /// No more faults: the run comes to its end.
    pub(crate) is_quiet: bool,
}

/// A response as the client receives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) correlation: i32,
    pub(crate) key: i16,
    pub(crate) version: i16,
    /// The body without its header.
    pub(crate) body: &'a [u8],
}

impl Net {
    pub(crate) fn new(mut rng: Rng, trace: Trace) -> Net {
        let delay_us = rng.pick(&[100, 1_000, 20_000]);
        Net {
            now_us: 0,
            queue: BTreeMap::new(),
            set: 0,
            rng,
            trace,
            model: Model::default(),
            conns: BTreeMap::new(),
            conn_of: BTreeMap::new(),
            next_conn: 0,
            next_correlation: 0,
            delay_us,
            is_quiet: false,
        }
    }

    pub(crate) fn wall_ms(&self) -> i64 {
        WALL_MS + (self.now_us / 1_000) as i64
    }

    pub(crate) fn at(&mut self, at_us: u64, event: Event) {
        self.set += 1;
        self.queue.insert((at_us.max(self.now_us), self.set), event);
    }

    pub(crate) fn after(&mut self, us: u64, event: Event) {
        self.at(self.now_us + us, event);
    }

    /// Schedules an event at a random time between both ends.
    pub(crate) fn within(&mut self, low_us: i64, high_us: i64, event: Event) {
        let us = self.rng.between(low_us, high_us) as u64;
        self.after(us, event);
    }

    pub(crate) fn next_us(&self) -> Option<u64> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        let ((at, _), event) = self.queue.pop_first()?;
        self.now_us = at;
        Some(event)
    }

    fn delay(&mut self) -> u64 {
        if self.rng.one_in(20) { self.rng.below(self.delay_us * 20) } else { self.rng.below(self.delay_us) }
    }

    fn conn(&mut self, client: ClientId) -> ConnId {
        if let Some(conn) = self.conn_of.get(&client) {
            return *conn;
        }
        self.next_conn += 1;
        let (id, now_us) = (self.next_conn, self.now_us);
        let asked = VecDeque::new();
        let conn = Conn { client, open: true, refused: false, asked, there_us: now_us, back_us: now_us };
        self.conns.insert(id, conn);
        self.conn_of.insert(client, id);
        id
    }

    /// Sends a request on the client's connection. Returns its correlation id.
    pub(crate) fn send(&mut self, client: ClientId, version: i16, request: &Request<'_>) -> i32 {
        let key = key_of(request);
        let id = self.conn(client);
        self.next_correlation += 1;
        let correlation = self.next_correlation;
        let frame = frame(key, version, correlation, request);
        let silent = matches!(request, Request::Produce(produce) if produce.acks == 0);
        let there = self.now_us + self.delay();
        let conn = self.conns.get_mut(&id).expect("made above");
        conn.there_us = conn.there_us.max(there);
        let there = conn.there_us;
        if !silent {
            conn.asked.push_back((correlation, key, version));
        }
        self.at(there, Event::Arrives(id, frame));
        correlation
    }

    /// Closes the connection from the client's side.
    pub(crate) fn hang_up(&mut self, client: ClientId) {
        if let Some(id) = self.conn_of.get(&client).copied() {
            self.cut(id);
        }
    }

    /// Breaks a connection: everything in flight is lost, and the client is informed.
    pub(crate) fn cut(&mut self, id: ConnId) {
        let delay = self.delay();
        let Some(conn) = self.conns.get_mut(&id).filter(|conn| conn.open) else { return };
        conn.open = false;
        self.after(delay, Event::Closed(id));
    }

    /// Closes a connection from the broker's side, after its responses.
    pub(crate) fn close(&mut self, id: ConnId) {
        let back = self.now_us + self.delay();
        let Some(conn) = self.conns.get_mut(&id).filter(|conn| conn.open) else { return };
        conn.refused = true;
        let back = conn.back_us.max(back);
        self.at(back, Event::Closed(id));
    }

    pub(crate) fn answer(&mut self, id: ConnId, bytes: Vec<u8>) {
        let back = self.now_us + self.delay();
        let Some(conn) = self.conns.get_mut(&id).filter(|conn| conn.open) else { return };
        conn.back_us = conn.back_us.max(back);
        let back = conn.back_us;
        self.trace.line(self.now_us, format_args!("{id} < {} bytes {:016x}", bytes.len(), hash(0, &bytes)));
        self.at(back, Event::Answered(id, bytes));
    }

    /// Removes a connection. Returns its client.
    pub(crate) fn closed(&mut self, id: ConnId) -> Option<ClientId> {
        let conn = self.conns.remove(&id)?;
        if self.conn_of.get(&conn.client) == Some(&id) {
            self.conn_of.remove(&conn.client);
        }
        Some(conn.client)
    }

    /// Matches a response with the first outstanding request.
    pub(crate) fn read<'a>(&mut self, id: ConnId, bytes: &'a [u8]) -> Option<(ClientId, Answer<'a>)> {
        let conn = self.conns.get_mut(&id).filter(|conn| conn.open)?;
        let client = conn.client;
        let asked = conn.asked.pop_front();
        let told = i32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
        let Some((correlation, key, version)) = asked.filter(|(correlation, ..)| *correlation == told) else {
            let what = format!("connection {id} is answered {told}, and waits for {asked:?}");
            self.model.fail(Checker::Order, what);
            return None;
        };
        let body = bytes.get(8 + header_tags(key, version)..)?;
        Some((client, Answer { correlation, key, version, body }))
    }
}

/// Returns the key of a request that fake clients send.
pub(crate) fn key_of(request: &Request<'_>) -> i16 {
    match request {
        Request::Produce(_) => 0,
        Request::Fetch(_) => 1,
        Request::ListOffsets(_) => 2,
        Request::Metadata(_) => 3,
        Request::OffsetCommit(_) => 8,
        Request::OffsetFetch(_) => 9,
        Request::JoinGroup(_) => 11,
        Request::Heartbeat(_) => 12,
        Request::LeaveGroup(_) => 13,
        Request::SyncGroup(_) => 14,
        Request::CreateTopics(_) => 19,
        Request::DeleteTopics(_) => 20,
        Request::DeleteRecords(_) => 21,
        Request::InitProducerId(_) => 22,
        Request::AddPartitionsToTxn(_) => 24,
        Request::EndTxn(_) => 26,
        Request::CreatePartitions(_) => 37,
        Request::IncrementalAlterConfigs(_) => 44,
        other => unreachable!("no fake client sends {other:?}"),
    }
}

/// Length of the tagged fields in a response header: one byte for none, or zero bytes.
pub(crate) fn header_tags(key: i16, version: i16) -> usize {
    Api::from_key(key).map_or(0, |api| api.response_header_version(version) as usize)
}

/// Encodes a request frame without its length prefix.
fn frame(key: i16, version: i16, correlation: i32, request: &Request<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.i16(key);
    writer.i16(version);
    writer.i32(correlation);
    writer.nullable_string(Some("sim"), false).expect("a short name");
    if Api::from_key(key).is_some_and(|api| api.request_header_version(version) == 2) {
        writer.uvarint(0);
    }
    request.encode(&mut writer, version).unwrap_or_else(|e| panic!("{request:?} in version {version}: {e}"));
    writer.into_parts().concat()
}
