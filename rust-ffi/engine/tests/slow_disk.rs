//! A disk that takes as long as it likes to sync: with `fsync=always` no request waits for it on its own thread, and no
//! lock that a request needs is held meanwhile. Only acknowledgements wait.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Condvar, Mutex, mpsc},
    thread,
    time::Duration,
};

use engine::{
    Engine, Fsync, Instant, Now, Outcome, RequestContext, Settings, Store,
    store::{File, Files, memory::MemoryFiles},
};
use wire::{
    batch,
    codec::concat,
    message::{
        Reader, Request, Writer,
        heartbeat_request::HeartbeatRequest,
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_commit_response::OffsetCommitResponse,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
    },
};

/// Long enough for any machine, in case a request does wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where syncs wait while it is closed.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    is_closed: bool,
    waiting: usize,
}

impl Gate {
    fn set(&self, is_closed: bool) {
        self.state.lock().unwrap().is_closed = is_closed;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.waiting += 1;
        self.changed.notify_all();
        let mut state = self.changed.wait_while(state, |state| state.is_closed).unwrap();
        state.waiting -= 1;
    }

    fn until_one_waits(&self) {
        drop(self.changed.wait_while(self.state.lock().unwrap(), |state| state.waiting == 0).unwrap());
    }
}

#[derive(Debug)]
struct SlowFile(Arc<dyn File>, Arc<Gate>);

impl File for SlowFile {
    fn append(&self, pieces: &[&[u8]]) -> io::Result<()> {
        self.0.append(pieces)
    }

    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.0.read(at, buf)
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.0.truncate(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.1.pass();
        self.0.sync()
    }
}

#[derive(Debug)]
struct SlowFiles(MemoryFiles, Arc<Gate>);

impl Files for SlowFiles {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        self.0.exists(path)
    }

    fn create_folder(&self, folder: &str) -> io::Result<()> {
        self.0.create_folder(folder)
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(SlowFile(self.0.open(path)?, self.1.clone())))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.0.sync_folder(folder)
    }
}

const COMMIT: (i16, i16) = (8, 9);
const PRODUCE: (i16, i16) = (0, 8);
const HEARTBEAT: (i16, i16) = (12, 4);

fn context((key, version): (i16, i16)) -> RequestContext<'static> {
    let now = Now { instant: Instant(1_000_000), wall_ms: 1_790_000_000_000 };
    RequestContext {
        now,
        key,
        version,
        correlation_id: 1,
        client_id: None,
        client_host: "/127.0.0.1",
        first_error: None,
    }
}

fn send(engine: &Engine, what: (i16, i16), request: &Request<'_>) -> Outcome {
    let mut writer = Writer::new();
    request.encode(&mut writer, what.1).unwrap();
    engine.request(&context(what), &writer.into_parts().concat())
}

fn commit(offset: i64) -> Request<'static> {
    let partitions = vec![OffsetCommitRequestPartition { committed_offset: offset, ..Default::default() }];
    let topics = vec![OffsetCommitRequestTopic { name: "t", partitions, ..Default::default() }];
    let (group_id, generation_id_or_member_epoch) = ("g", -1);
    Request::OffsetCommit(OffsetCommitRequest { group_id, generation_id_or_member_epoch, topics, ..Default::default() })
}

fn produce(records: &[u8]) -> Request<'_> {
    let partition_data = vec![PartitionProduceData { index: 0, records: Some(records) }];
    let topic_data = vec![TopicProduceData { name: "t", partition_data, ..Default::default() }];
    Request::Produce(ProduceRequest { acks: -1, timeout_ms: 1_000, topic_data, ..Default::default() })
}

#[test]
fn requests_go_on_while_the_disk_syncs_and_acknowledgements_wait() {
    let gate = Arc::new(Gate::default());
    let files = SlowFiles(MemoryFiles::default(), gate.clone());
    let store = Store { files: Arc::new(files), fsync: Fsync::Always };
    let engine = Engine::open(Settings::default(), store, context(COMMIT).now).unwrap().0;
    engine.create("t", 1, BTreeMap::new()).unwrap();
    // Creates `__consumer_offsets`, which syncs files of its own.
    let first = send(&engine, COMMIT, &commit(0));
    gate.set(true);
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        let flusher = scope.spawn(|| engine.flush());
        gate.until_one_waits();
        scope.spawn(|| {
            let records = batch::build(&[(None, Some(b"value"))], context(PRODUCE).now.wall_ms);
            for offset in 1..100 {
                let heartbeat = Request::Heartbeat(HeartbeatRequest { group_id: "g", ..Default::default() });
                let sent = (
                    send(&engine, COMMIT, &commit(offset)),
                    send(&engine, PRODUCE, &produce(&records)),
                    send(&engine, HEARTBEAT, &heartbeat),
                );
                sender.send(sent).unwrap();
            }
            drop(sender);
        });
        let mut parked = vec![first];
        let mut answered = Ok(());
        for _ in 1..100 {
            match outcomes.recv_timeout(PATIENCE) {
                Ok((commit, produce, heartbeat)) => {
                    assert!(matches!(produce, Outcome::Park(_)), "{produce:?}");
                    assert!(matches!(heartbeat, Outcome::Reply(_)), "{heartbeat:?}");
                    parked.push(commit);
                }
                Err(late) => answered = Err(late),
            }
            if answered.is_err() {
                break;
            }
        }
        gate.set(false);
        flusher.join().unwrap();
        answered.expect("a request waits for the disk");
        // What came while the disk was busy takes another turn.
        engine.flush();
        for outcome in parked {
            let Outcome::Park(waits) = outcome else { panic!("acknowledged before it is synced: {outcome:?}") };
            let Outcome::Reply(frame) = engine.resume(&context(COMMIT), &[], waits) else { panic!("it waits on") };
            let frame = concat(&frame).unwrap();
            // Length, correlation id, and no tagged fields.
            let response = OffsetCommitResponse::decode(&mut Reader::new(&frame[9..]), COMMIT.1).unwrap();
            assert_eq!(response.topics[0].partitions[0].error_code, 0);
        }
    });
}
