//! One run: a broker, its clients and the injected faults, decided by a seed.

use std::collections::BTreeMap;

use engine::{Fsync, Settings};

use crate::{
    broker::{Broker, Crash},
    check_logs,
    clients::{Admin, Client, Consumer, Member, Producer, Transactor, configs_of},
    model::{Checker, TRANSACTIONS, Violation},
    net::{ClientId, Event, Net},
    rng::Rng,
    trace::Trace,
};

/// Duration of the phase with faults and of the quiet phase after it, in virtual time.
const FAULT_PHASE_US: u64 = 14_000_000;
const QUIET_PHASE_US: u64 = 3_000_000;
/// Longest time that a request other than Fetch may be parked.
const PARKED_MAX_US: u64 = 8_000_000;
const FETCH: i16 = 1;
const OFFSET_FETCH: i16 = 9;

pub(crate) struct World {
    pub(crate) net: Net,
    pub(crate) broker: Broker,
    clients: Vec<Box<dyn Client>>,
    pub(crate) events: u64,
    /// The longest time between two rounds of retention and compaction.
    maintain_us: i64,
    /// The run is over: nothing more can be checked.
    is_over: bool,
}

impl World {
    pub(crate) fn new(seed: u64, trace: Trace) -> World {
        let mut rng = Rng::new(seed);
        let fsync = rng.pick(&[
            None,
            Some(Fsync::Always),
            Some(Fsync::Always),
            Some(Fsync::Interval),
            Some(Fsync::Interval),
            Some(Fsync::Never),
        ]);
        let settings = Settings {
            seed,
            group_initial_rebalance_delay_ms: rng.pick(&[0, 0, 500]),
            broker_configs: BTreeMap::from(
                [("offsets.topic.num.partitions", "2"), ("transaction.state.log.num.partitions", "2")]
                    .map(|(key, value)| (key.to_owned(), value.to_owned())),
            ),
            ..Settings::default()
        };
        let maintain_us = rng.pick(&[300_000, 2_000_000, 5_000_000]);
        let mut net = Net::new(rng, trace);
        net.trace.line(0, format_args!("seed {seed}, files: {fsync:?}"));
        World { net, broker: Broker::new(settings, fsync), clients: Vec::new(), events: 0, is_over: false, maintain_us }
    }

    /// Runs to the end or to the first violation.
    pub(crate) fn run(&mut self) -> Option<Violation> {
        self.begin();
        while self.net.model.violation.is_none() && self.step() {}
        if self.net.model.violation.is_none() && !self.is_over {
            check_logs::all(&mut self.net, &self.broker, false);
            check_logs::transactions(&mut self.net, &self.broker, true);
        }
        self.net.model.violation.take()
    }

    fn begin(&mut self) {
        let net = &mut self.net;
        if !self.broker.start(net) {
            return;
        }
        for name in ["k0", "c0", "r0"] {
            let configs = configs_of(name, &mut net.rng);
            let configs = configs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            let partitions = net.rng.between(1, 2) as i32;
            let engine = self.broker.engine.as_ref().expect("started above");
            engine.create(name, partitions, configs).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let partitions = net.rng.between(1, 3) as i32;
        let engine = self.broker.engine.as_ref().expect("started above");
        let configs = BTreeMap::from([("segment.bytes".to_owned(), "1048576".to_owned())]);
        engine.create(TRANSACTIONS, partitions, configs).unwrap_or_else(|e| panic!("{TRANSACTIONS}: {e}"));
        for number in 0..net.rng.below(4) {
            let id = if number < 2 { "tx-0" } else { "tx-1" };
            let transactor = Transactor::new(net, id, partitions);
            self.clients.push(Box::new(transactor));
        }
        check_logs::all(net, &self.broker, true);
        let (producers, consumers) = (net.rng.between(1, 3), net.rng.between(1, 3));
        for _ in 0..producers {
            let producer = Producer::new(net, self.clients.len());
            self.clients.push(Box::new(producer));
        }
        for _ in 0..consumers {
            self.clients.push(Box::new(Consumer::new(net)));
        }
        for _ in 0..net.rng.below(4) {
            self.clients.push(Box::new(Member::new(net, "g")));
        }
        self.clients.push(Box::new(Admin::new(net)));
        for client in 0..self.clients.len() {
            net.within(0, 500_000, Event::Wakes(client));
        }
        net.within(100_000, 5_000_000, Event::Cut);
        net.within(100_000, 2_000_000, Event::Maintain);
        net.within(1_000_000, 10_000_000, Event::CheckLogs);
        if self.broker.folder.is_some() {
            net.within(500_000, 8_000_000, Event::Crash);
            if net.rng.one_in(2) {
                net.within(500_000, 8_000_000, Event::Fault);
            }
        }
    }

    /// Handles the next event. Returns `false` if there is none.
    fn step(&mut self) -> bool {
        let deadline = self.broker.engine.as_ref().and_then(engine::Engine::next_deadline).map(|at| at.0);
        let next = self.net.next_us();
        let Some(at) = [deadline, next].into_iter().flatten().min() else { return false };
        if at > FAULT_PHASE_US + QUIET_PHASE_US || self.is_over {
            return false;
        }
        self.events += 1;
        self.net.is_quiet = at > FAULT_PHASE_US;
        if deadline.is_some_and(|deadline| next.is_none_or(|next| deadline <= next)) {
            self.net.now_us = self.net.now_us.max(at);
            self.net.trace.line(self.net.now_us, format_args!("fire"));
            self.broker.fire(&self.net);
        } else if let Some(event) = self.net.pop() {
            self.handle(event);
        }
        if let Some(crash) = self.broker.resume_woken(&mut self.net) {
            self.crash(crash);
        }
        self.plan_flush();
        self.plan_jobs();
        self.check_parked();
        true
    }

    fn handle(&mut self, event: Event) {
        let net = &mut self.net;
        match event {
            Event::Arrives(id, frame) => {
                if net.conns.get(&id).is_some_and(|conn| conn.open && !conn.refused) {
                    self.broker.arrives(net, id, frame);
                }
            }
            Event::Answered(id, bytes) => {
                if let Some((client, answer)) = net.read(id, &bytes) {
                    self.clients[client].answered(net, client, answer);
                }
            }
            Event::Closed(id) => {
                self.broker.forget(id);
                if let Some(client) = net.closed(id) {
                    net.trace.line(net.now_us, format_args!("{id} is gone, client {client} sees it"));
                    self.clients[client].closed(net, client);
                }
            }
            Event::Wakes(client) => self.wakes(client),
            Event::Cut => {
                let open: Vec<u32> = net.conns.iter().filter(|(_, conn)| conn.open).map(|(id, _)| *id).collect();
                if !open.is_empty() && !net.is_quiet {
                    let id = net.rng.pick(&open);
                    net.trace.line(net.now_us, format_args!("{id} is cut"));
                    net.cut(id);
                    self.broker.forget(id);
                }
                net.within(100_000, 5_000_000, Event::Cut);
            }
            Event::Flush => {
                net.trace.line(net.now_us, format_args!("flush"));
                self.broker.flush_is_due = false;
                if let Some(engine) = &self.broker.engine {
                    engine.flush();
                }
            }
            Event::Jobs => {
                net.trace.line(net.now_us, format_args!("jobs"));
                self.broker.run_jobs(net);
            }
            Event::Maintain => {
                net.trace.line(net.now_us, format_args!("maintain"));
                self.broker.maintain(net);
                net.within(100_000, self.maintain_us, Event::Maintain);
            }
            Event::CheckLogs => {
                if self.broker.engine.is_some() {
                    check_logs::all(net, &self.broker, false);
                    check_logs::transactions(net, &self.broker, false);
                }
                net.within(1_000_000, 10_000_000, Event::CheckLogs);
            }
            Event::Fault | Event::Mend => self.disk_fails(matches!(event, Event::Fault)),
            Event::Crash => self.plan_crash(),
            Event::ArmedCrash => {
                if let Some((crash, _)) = self.broker.armed_crash {
                    self.crash(crash);
                }
            }
            Event::Start => self.start(),
        }
    }

    fn wakes(&mut self, client: ClientId) {
        self.clients[client].wakes(&mut self.net, client);
    }

    fn disk_fails(&mut self, begins: bool) {
        let net = &mut self.net;
        let Some(folder) = &self.broker.folder else { return };
        if self.broker.armed_crash.is_some() || net.is_quiet || self.broker.engine.is_none() {
            if begins {
                net.after(1_000_000, Event::Fault);
            }
            return;
        }
        if !begins {
            return folder.faults.mend();
        }
        net.model.faulty = true;
        folder.faults.tear_at(net.rng.below(1_001));
        if net.rng.one_in(2) {
            net.trace.line(net.now_us, format_args!("the disk fails once"));
            folder.faults.fail_once();
        } else {
            net.trace.line(net.now_us, format_args!("the disk fails"));
            let changes = net.rng.between(0, 10);
            folder.faults.after(changes);
            net.within(10_000, 800_000, Event::Mend);
        }
        net.within(500_000, 6_000_000, Event::Fault);
    }

    /// Crashes now, at a later write, or during a stop.
    fn plan_crash(&mut self) {
        let net = &mut self.net;
        if self.broker.engine.is_none() || net.is_quiet {
            return;
        }
        let crash = net.rng.pick(&[Crash::Kill, Crash::PowerCut]);
        let without_fsync = self.broker.folder.as_ref().is_some_and(|folder| folder.fsync == Fsync::Never);
        // After a power cut without fsync, the only promise is that the broker starts.
        let crash = if without_fsync && !net.rng.one_in(6) { Crash::Kill } else { crash };
        match net.rng.below(5) {
            0 => self.crash(crash),
            1 => {
                if net.rng.one_in(4) {
                    let changes = net.rng.between(0, 30);
                    self.broker.arm_crash(net, crash, changes);
                }
                self.stop();
            }
            _ => {
                let changes = net.rng.between(0, 60);
                net.trace.line(net.now_us, format_args!("armed_crash in {changes} changes: {crash:?}"));
                self.broker.arm_crash(net, crash, changes);
                net.after(2_000_000, Event::ArmedCrash);
            }
        }
    }

    fn stop(&mut self) {
        self.broker.stop(&mut self.net);
        let crash = match self.broker.armed_crash {
            Some((crash, _)) => crash,
            None => Crash::Kill,
        };
        self.crash(crash);
    }

    fn crash(&mut self, crash: Crash) {
        self.broker.crash(&mut self.net, crash);
        self.net.within(1_000, 500_000, Event::Start);
    }

    fn start(&mut self) {
        if self.broker.engine.is_some() {
            return;
        }
        let net = &mut self.net;
        if net.rng.one_in(4) && !net.is_quiet {
            let (crash, changes) = (net.rng.pick(&[Crash::Kill, Crash::PowerCut]), net.rng.between(0, 20));
            self.broker.arm_crash(net, crash, changes);
        }
        let started = self.broker.start(net);
        net.trace.line(net.now_us, format_args!("the broker starts: {started}"));
        if !started {
            let crash = self.broker.armed_crash.map_or(Crash::Kill, |(crash, _)| crash);
            return self.crash(crash);
        }
        if self.broker.armed_crash.take().is_some()
            && let Some(folder) = &self.broker.folder
        {
            folder.faults.mend();
        }
        if net.model.is_lost {
            // A power cut without any fsync: no promise was made but that the broker starts.
            self.is_over = true;
            return;
        }
        check_logs::all(net, &self.broker, true);
        check_logs::transactions(net, &self.broker, false);
        net.within(200_000, 5_000_000, Event::Crash);
    }

    /// Schedules a flush that is due.
    fn plan_flush(&mut self) {
        let Some(engine) = &self.broker.engine else { return };
        if self.broker.flush_is_due || !engine.poll_flush(std::task::Waker::noop()) {
            return;
        }
        self.broker.flush_is_due = true;
        self.net.within(10, 10_000, Event::Flush);
    }

    /// Schedules jobs that are due.
    fn plan_jobs(&mut self) {
        let Some(engine) = &self.broker.engine else { return };
        if self.broker.jobs_are_due || !engine.poll_jobs(std::task::Waker::noop()) {
            return;
        }
        self.broker.jobs_are_due = true;
        self.net.within(10, 10_000, Event::Jobs);
    }

    /// Checks that no fetch is parked although records are available, and no request for too long.
    fn check_parked(&mut self) {
        let net = &mut self.net;
        if self.broker.waiting().all(|(_, key, _)| key != OFFSET_FETCH) {
            net.model.no_offset_fetch_waits();
        }
        for (id, key, since_us) in self.broker.waiting() {
            if net.now_us - since_us > PARKED_MAX_US {
                let what = format!("connection {id}: a request of key {key} is parked since {since_us} us");
                return net.model.fail(Checker::Liveness, what);
            }
            if key != FETCH {
                continue;
            }
            let Some(client) = net.conns.get(&id).filter(|conn| conn.open).map(|conn| conn.client) else { continue };
            for place in self.clients[client].fetch_positions() {
                let Some(topic) = net.model.topics.get(&place.topic).filter(|topic| topic.id == place.id) else {
                    continue;
                };
                let end = topic.partition(place.partition).map_or(0, |book| book.end);
                if end > place.offset {
                    let what = format!("connection {id} is parked at {place:?}, and there are records up to {end}");
                    return net.model.fail(Checker::Wake, what);
                }
            }
        }
    }
}
