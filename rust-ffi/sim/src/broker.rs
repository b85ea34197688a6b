//! The simulated broker process: the engine, its files, and the work of the broker crate for each connection.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use engine::{
    Engine, Fsync, Instant, Now, Outcome, Parked, RequestContext, Settings, Store,
    store::{
        faulty::{Faults, FaultyFiles},
        memory::MemoryFiles,
    },
};
use wire::{
    codec::concat,
    header,
    message::{Reader, Request},
};

use crate::{
    model::{Checker, Loss},
    net::{ConnId, Net, header_tags, key_of},
};

const PEER: &str = "/127.0.0.1";

/// A parked request.
#[derive(Debug)]
pub(crate) struct ParkedRequest {
    pub(crate) key: i16,
    since_us: u64,
    frame: Vec<u8>,
    parked: Parked,
}

/// A connection of the broker: received requests and the parked one. Parking holds back only its own connection.
#[derive(Debug, Default)]
struct BrokerConnection {
    inbox: VecDeque<Vec<u8>>,
    waits: Option<ParkedRequest>,
}

#[derive(Debug)]
pub(crate) struct Folder {
    files: MemoryFiles,
    pub(crate) faults: Faults,
    pub(crate) fsync: Fsync,
}

/// Kind of a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crash {
    Kill,
    PowerCut,
}

#[derive(Debug)]
pub(crate) struct Broker {
    pub(crate) engine: Option<Engine>,
    settings: Settings,
    /// `None` in memory.
    pub(crate) folder: Option<Folder>,
    connections: BTreeMap<ConnId, BrokerConnection>,
    /// The armed crash: it happens at the next failed call, after this many failures before.
    pub(crate) armed_crash: Option<(Crash, u64)>,
    pub(crate) flush_is_due: bool,
    pub(crate) jobs_are_due: bool,
    pub(crate) requests: u64,
}

fn now(net: &Net) -> Now {
    Now { instant: Instant(net.now_us), wall_ms: net.wall_ms() }
}

impl Broker {
    pub(crate) fn new(settings: Settings, fsync: Option<Fsync>) -> Broker {
        let folder = fsync.map(|fsync| Folder { files: MemoryFiles::default(), faults: Faults::none(), fsync });
        let connections = BTreeMap::new();
        Broker {
            engine: None,
            settings,
            folder,
            connections,
            armed_crash: None,
            flush_is_due: false,
            jobs_are_due: false,
            requests: 0,
        }
    }

    /// Starts the broker. Returns whether the engine is running.
    pub(crate) fn start(&mut self, net: &mut Net) -> bool {
        net.model.starts += 1;
        let Some(folder) = &self.folder else {
            self.engine = Some(Engine::new(self.settings.clone()));
            return true;
        };
        let files = Arc::new(FaultyFiles::new(Arc::new(folder.files.clone()), folder.faults.clone()));
        let opened = Engine::open(self.settings.clone(), Store { files, fsync: folder.fsync }, now(net));
        match opened {
            _ if self.is_dead() => return false,
            Ok((engine, notices)) => {
                notices.iter().for_each(|notice| net.trace.line(net.now_us, format_args!("notice: {notice}")));
                self.engine = Some(engine);
            }
            Err(why) => net.model.fail(Checker::Recovery, format!("the broker does not start: {why}")),
        }
        self.engine.is_some()
    }

    /// Returns whether the armed crash has happened.
    fn is_dead(&self) -> bool {
        let failures = self.folder.as_ref().map_or(0, |folder| folder.faults.failures());
        self.armed_crash.is_some_and(|(_, before)| failures > before)
    }

    /// Crashes the process or the machine.
    pub(crate) fn crash(&mut self, net: &mut Net, crash: Crash) {
        net.trace.line(net.now_us, format_args!("the broker dies: {crash:?}"));
        self.engine = None;
        self.armed_crash = None;
        self.flush_is_due = false;
        self.jobs_are_due = false;
        self.connections.clear();
        let open: Vec<ConnId> = net.conns.iter().filter(|(_, conn)| conn.open).map(|(id, _)| *id).collect();
        open.into_iter().for_each(|id| net.cut(id));
        let Some(folder) = &mut self.folder else { return };
        folder.faults = Faults::none();
        let loss = match (crash, folder.fsync) {
            (Crash::Kill, _) => Loss::Nothing,
            (Crash::PowerCut, Fsync::Always) => Loss::Unacknowledged,
            (Crash::PowerCut, Fsync::Interval) => Loss::Ends,
            (Crash::PowerCut, Fsync::Never) => {
                net.model.is_lost = true;
                Loss::Ends
            }
        };
        if crash == Crash::PowerCut {
            let all_goes = net.rng.one_in(3);
            let kept = |unsynced: usize| if all_goes { 0 } else { net.rng.below(unsynced as u64 + 1) as usize };
            folder.files = folder.files.after_power_cut_with(kept);
        }
        net.model.crashed(loss);
    }

    /// Arms a crash at the call that fails after `changes` others.
    pub(crate) fn arm_crash(&mut self, net: &mut Net, crash: Crash, changes: i64) {
        let Some(folder) = &self.folder else { return };
        folder.faults.tear_at(net.rng.below(1_001));
        folder.faults.after(changes);
        self.armed_crash = Some((crash, folder.faults.failures()));
    }

    /// Stops cleanly: parked requests are answered, and the next start finds everything.
    pub(crate) fn stop(&mut self, net: &mut Net) {
        let waiting: Vec<ConnId> = self.connections.keys().copied().collect();
        for id in waiting {
            let Some(waits) = self.connections.get_mut(&id).and_then(|served| served.waits.take()) else { continue };
            let Some(engine) = &self.engine else { return };
            let (head, frame) = (header::parse(&waits.frame).expect("it was parsed before"), &waits.frame);
            let outcome = match waits.parked.waits_for_sync() {
                true => {
                    engine.flush();
                    engine.resume(&context(net, &head), &frame[head.body_at..], waits.parked)
                }
                false => engine.cancel(&context(net, &head), waits.parked),
            };
            self.settle(net, id, frame.clone(), outcome);
        }
        let shut = self.engine.as_ref().map_or(Ok(()), Engine::close);
        net.trace.line(net.now_us, format_args!("the broker stops: {shut:?}"));
        if let (Err(why), false, None) = (shut, net.model.faulty, self.armed_crash) {
            net.model.fail(Checker::Recovery, format!("the broker does not stop in order: {why}"));
        }
    }

    pub(crate) fn arrives(&mut self, net: &mut Net, id: ConnId, frame: Vec<u8>) {
        if self.engine.is_none() {
            net.close(id);
            return;
        }
        self.connections.entry(id).or_default().inbox.push_back(frame);
        self.serve(net, id);
    }

    pub(crate) fn forget(&mut self, id: ConnId) {
        self.connections.remove(&id);
    }

    /// Handles the requests of one connection in order, until one is parked.
    fn serve(&mut self, net: &mut Net, id: ConnId) {
        while let Some(served) = self.connections.get_mut(&id)
            && served.waits.is_none()
            && let Some(frame) = served.inbox.pop_front()
        {
            let Some(engine) = &self.engine else { return };
            let head = header::parse(&frame).expect("fake clients send sound headers");
            assert!(engine::serves(head.key, head.version), "key {} version {}", head.key, head.version);
            let body = &frame[head.body_at..];
            let request = Request::decode(&mut Reader::new(body), head.key, head.version).expect("it was encoded");
            let what =
                format_args!("{id} > key {} version {} correlation {}", head.key, head.version, head.correlation_id);
            net.trace.line(net.now_us, what);
            net.model.arrives(&request);
            let outcome = engine.request(&context(net, &head), body);
            self.requests += 1;
            if self.is_dead() {
                return;
            }
            self.settle(net, id, frame.clone(), outcome);
        }
    }

    fn settle(&mut self, net: &mut Net, id: ConnId, frame: Vec<u8>, outcome: Outcome) {
        let head = header::parse(&frame).expect("it was parsed before");
        match outcome {
            Outcome::Reply(pieces) => {
                let bytes = concat(&pieces).expect("files that are open can be read");
                let body = &frame[head.body_at..];
                let request = Request::decode(&mut Reader::new(body), head.key, head.version).expect("as before");
                net.model.leaves(&request, head.version, &bytes[8 + header_tags(head.key, head.version)..]);
                net.answer(id, bytes);
            }
            Outcome::Silent => {}
            Outcome::Park(parked) => {
                let waits = ParkedRequest { key: head.key, since_us: net.now_us, frame: frame.clone(), parked };
                if let Some(served) = self.connections.get_mut(&id) {
                    served.waits = Some(waits);
                }
            }
            Outcome::Close(why) => {
                net.trace.line(net.now_us, format_args!("{id} is closed: {why}"));
                self.connections.remove(&id);
                net.close(id);
            }
        }
    }

    /// Resumes the woken requests. Returns the armed crash if it happened.
    pub(crate) fn resume_woken(&mut self, net: &mut Net) -> Option<Crash> {
        loop {
            if self.is_dead() {
                return self.armed_crash.map(|(crash, _)| crash);
            }
            let woken =
                |served: &BrokerConnection| served.waits.as_ref().is_some_and(|waits| waits.parked.ticket.is_woken());
            let woken: Vec<ConnId> =
                self.connections.iter().filter(|(_, served)| woken(served)).map(|(id, _)| *id).collect();
            if woken.is_empty() {
                return None;
            }
            let id = net.rng.pick(&woken);
            let Some(waits) = self.connections.get_mut(&id).and_then(|served| served.waits.take()) else { continue };
            let Some(engine) = &self.engine else { return None };
            let head = header::parse(&waits.frame).expect("it was parsed before");
            let outcome = engine.resume(&context(net, &head), &waits.frame[head.body_at..], waits.parked);
            if self.is_dead() {
                return self.armed_crash.map(|(crash, _)| crash);
            }
            self.settle(net, id, waits.frame.clone(), outcome);
            // It has been parked since the first time.
            if let Some(again) = self.connections.get_mut(&id).and_then(|served| served.waits.as_mut()) {
                again.since_us = waits.since_us;
            }
            self.serve(net, id);
        }
    }

    /// Returns the parked requests: connection, key, and since when.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (ConnId, i16, u64)> {
        self.connections
            .iter()
            .filter_map(|(id, served)| served.waits.as_ref().map(|waits| (*id, waits.key, waits.since_us)))
    }

    pub(crate) fn fire(&mut self, net: &Net) {
        if let Some(engine) = &self.engine {
            engine.fire(now(net));
        }
    }

    pub(crate) fn maintain(&mut self, net: &Net) {
        if let Some(engine) = &self.engine {
            engine.make_log_jobs_due();
            engine.run_jobs(now(net));
            engine.delete_removed_dirs();
        }
    }

    /// Runs the jobs that are due.
    pub(crate) fn run_jobs(&mut self, net: &Net) {
        self.jobs_are_due = false;
        if let Some(engine) = &self.engine {
            engine.run_jobs(now(net));
        }
    }

    /// Sends a request to the engine, bypassing the network.
    pub(crate) fn ask(&self, net: &Net, version: i16, request: &Request<'_>) -> Option<Vec<u8>> {
        let engine = self.engine.as_ref()?;
        let mut writer = wire::message::Writer::new();
        request.encode(&mut writer, version).expect("ours");
        let key = key_of(request);
        let context = RequestContext {
            now: now(net),
            key,
            version,
            correlation_id: 0,
            client_id: None,
            client_host: PEER,
            first_error: None,
        };
        match engine.request(&context, &writer.into_parts().concat()) {
            Outcome::Reply(pieces) => Some(concat(&pieces).ok()?.split_off(8 + header_tags(key, version))),
            _ => None,
        }
    }
}

fn context<'a>(net: &Net, head: &header::RequestHead<'a>) -> RequestContext<'a> {
    RequestContext {
        now: now(net),
        key: head.key,
        version: head.version,
        correlation_id: head.correlation_id,
        client_id: head.client_id,
        client_host: PEER,
        first_error: None,
    }
}
