//! Consumers without a group: they look up the partitions, begin at some offset and read on, with or without a fetch
//! session, each in its own version and with its own limits.

use wire::{
    ErrorCode,
    message::{
        Reader, Records, Request,
        fetch_request::{FetchPartition, FetchRequest, FetchTopic, ForgottenTopic},
        fetch_response::{FetchResponse, PartitionData},
        list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic},
        list_offsets_response::ListOffsetsResponse,
        metadata_request::MetadataRequest,
        metadata_response::MetadataResponse,
    },
};

use super::{Client, FetchPosition, producer::check_refusal};
use crate::{
    model::Checker,
    net::{Answer, ClientId, Event, Net},
    records::read_batches,
};

const EARLIEST: i64 = -2;
const LATEST: i64 = -1;

#[derive(Debug)]
struct Reading {
    place: FetchPosition,
    /// The start offset is not looked up yet.
    unknown: bool,
    /// Fetch offset that the session has; `None` before the first request.
    told: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    LookingUp,
    Beginning,
    Fetching,
}

#[derive(Debug)]
pub(crate) struct Consumer {
    version: i16,
    sessions: bool,
    session: (i32, i32),
    min_bytes: i32,
    max_bytes: i32,
    partition_bytes: i32,
    wait_ms: i32,
    pace_us: i64,
    doing: Doing,
    reading: Vec<Reading>,
    forgotten: Vec<FetchPosition>,
    /// Positions of the fetch in flight.
    waits: Vec<FetchPosition>,
}

impl Consumer {
    pub(crate) fn new(net: &mut Net) -> Consumer {
        let version = net.rng.between(4, 18) as i16;
        Consumer {
            version,
            sessions: version >= 7 && !net.rng.one_in(3),
            session: (0, 0),
            min_bytes: net.rng.pick(&[1, 1, 1, 400, 5_000]),
            max_bytes: net.rng.pick(&[200, 1_000, 10_000, 1 << 20]),
            partition_bytes: net.rng.pick(&[1, 300, 1_500, 20_000, 1 << 20]),
            wait_ms: net.rng.pick(&[0, 20, 500, 5_000]),
            pace_us: net.rng.pick(&[20_000, 100_000, 400_000]),
            doing: Doing::Nothing,
            reading: Vec::new(),
            forgotten: Vec::new(),
            waits: Vec::new(),
        }
    }

    fn look_up(&mut self, net: &mut Net, me: ClientId) {
        self.doing = Doing::LookingUp;
        let request = MetadataRequest { topics: None, ..MetadataRequest::default() };
        net.send(me, 12, &Request::Metadata(request));
    }

    fn looked_up(&mut self, net: &mut Net, response: &MetadataResponse<'_>) {
        self.reading.clear();
        self.session = (0, 0);
        self.forgotten.clear();
        for topic in response.topics.iter().filter(|topic| !topic.is_internal && topic.error_code == 0) {
            for part in &topic.partitions {
                if net.rng.one_in(3) {
                    continue;
                }
                let topic_name = topic.name.unwrap_or_default().to_owned();
                let place =
                    FetchPosition { topic: topic_name, id: topic.topic_id, partition: part.partition_index, offset: 0 };
                self.reading.push(Reading { place, unknown: true, told: None });
            }
        }
    }

    fn begin(&mut self, net: &mut Net, me: ClientId) {
        self.doing = Doing::Beginning;
        let timestamp = if net.rng.one_in(3) { LATEST } else { EARLIEST };
        let topics = self.reading.iter().filter(|reading| reading.unknown).map(|reading| ListOffsetsTopic {
            name: &reading.place.topic,
            partitions: vec![ListOffsetsPartition {
                partition_index: reading.place.partition,
                current_leader_epoch: -1,
                timestamp,
            }],
        });
        let request = ListOffsetsRequest { replica_id: -1, topics: topics.collect(), ..ListOffsetsRequest::default() };
        let version = net.rng.between(1, 9) as i16;
        net.send(me, version, &Request::ListOffsets(request));
    }

    fn began(&mut self, response: &ListOffsetsResponse<'_>) {
        for topic in &response.topics {
            for part in &topic.partitions {
                let is_it = |r: &Reading| r.place.topic == topic.name && r.place.partition == part.partition_index;
                let Some(at) = self.reading.iter().position(is_it) else { continue };
                if part.error_code == ErrorCode::None.code() {
                    self.reading[at].place.offset = part.offset;
                    self.reading[at].unknown = false;
                } else {
                    self.forget(at);
                }
            }
        }
    }

    fn forget(&mut self, at: usize) {
        let reading = self.reading.remove(at);
        if reading.told.is_some() {
            self.forgotten.push(reading.place);
        }
    }

    fn fetch(&mut self, net: &mut Net, me: ClientId) {
        self.doing = Doing::Fetching;
        let by_id = self.version >= 13;
        let incremental = self.sessions && self.session.1 > 0;
        let is_known = |reading: &Reading| incremental && reading.told == Some(reading.place.offset);
        let named = self.reading.iter().filter(|reading| !reading.unknown && !is_known(reading));
        let topics = named.map(|reading| FetchTopic {
            topic: if by_id { "" } else { &reading.place.topic },
            topic_id: if by_id { reading.place.id } else { Default::default() },
            partitions: vec![FetchPartition {
                partition: reading.place.partition,
                current_leader_epoch: -1,
                fetch_offset: reading.place.offset,
                last_fetched_epoch: -1,
                partition_max_bytes: self.partition_bytes,
                ..FetchPartition::default()
            }],
        });
        // A partition that is requested again is not forgotten.
        let wanted = |place: &FetchPosition| {
            let is_it = |r: &Reading| r.place.id == place.id && r.place.partition == place.partition && !r.unknown;
            self.reading.iter().any(is_it)
        };
        let forgotten =
            self.forgotten.iter().filter(|place| incremental && !wanted(place)).map(|place| ForgottenTopic {
                topic: if by_id { "" } else { &place.topic },
                topic_id: if by_id { place.id } else { Default::default() },
                partitions: vec![place.partition],
            });
        let (session_id, session_epoch) = if self.sessions { self.session } else { (0, -1) };
        let request = FetchRequest {
            replica_id: -1,
            max_wait_ms: self.wait_ms,
            min_bytes: self.min_bytes,
            max_bytes: self.max_bytes,
            session_id,
            session_epoch,
            topics: topics.collect(),
            forgotten_topics_data: forgotten.collect(),
            ..FetchRequest::default()
        };
        net.send(me, self.version, &Request::Fetch(request));
        self.forgotten.clear();
        let known = self.reading.iter_mut().filter(|reading| !reading.unknown);
        self.waits = known
            .map(|reading| {
                reading.told = Some(reading.place.offset);
                reading.place.clone()
            })
            .collect();
    }

    fn fetched(&mut self, net: &mut Net, response: &FetchResponse<'_>) {
        if response.error_code != ErrorCode::None.code() {
            // The session is not known any more.
            self.session = (0, 0);
            self.reading.iter_mut().for_each(|reading| reading.told = None);
            return;
        }
        if self.sessions {
            self.session = match response.session_id {
                0 => (0, 0),
                id => (id, self.session.1 + 1),
            };
        }
        let mut bytes = 0;
        for topic in &response.responses {
            for part in &topic.partitions {
                bytes += part.records.as_ref().map_or(0, Records::len);
                let at = self.reading.iter().position(|reading| {
                    let place = &reading.place;
                    let same =
                        if topic.topic.is_empty() { place.id == topic.topic_id } else { place.topic == topic.topic };
                    same && place.partition == part.partition_index && !reading.unknown
                });
                if let Some(at) = at {
                    self.read(net, at, part);
                }
            }
        }
        if bytes == 0 {
            self.check_empty(net, response);
        }
    }

    /// A consumer that gets no records at all has read everything.
    fn check_empty(&self, net: &mut Net, response: &FetchResponse<'_>) {
        let parts = response.responses.iter().flat_map(|topic| topic.partitions.iter().map(move |part| (topic, part)));
        for (topic, part) in parts.filter(|(_, part)| part.error_code == ErrorCode::None.code()) {
            let waited = self.waits.iter().find(|place| {
                let same = if topic.topic.is_empty() { place.id == topic.topic_id } else { place.topic == topic.topic };
                same && place.partition == part.partition_index
            });
            // Compaction may have removed all records of a range of offsets.
            if let Some(place) =
                waited.filter(|place| place.offset < part.high_watermark && !place.topic.starts_with('c'))
            {
                let what = format!("{place:?}: given nothing, the end is {}", part.high_watermark);
                net.model.fail(Checker::Reader, what);
            }
        }
    }

    fn read(&mut self, net: &mut Net, at: usize, part: &PartitionData<'_>) {
        let place = self.reading[at].place.clone();
        let is_current = net.model.topic_id(&place.topic) == Some(place.id);
        match ErrorCode::from_code(part.error_code) {
            Some(ErrorCode::None) => {
                let bytes = match part.records {
                    Some(Records::Whole(bytes)) => bytes,
                    _ => &[],
                };
                let Ok(pieces) = read_batches(bytes) else { return };
                if is_current {
                    net.model.read_from(&place.topic, place.partition, place.offset, &pieces);
                }
                if let Some(last) = pieces.last() {
                    self.reading[at].place.offset = last.last + 1;
                }
            }
            Some(ErrorCode::OffsetOutOfRange) => {
                let topic = net.model.topics.get(&place.topic).filter(|_| is_current);
                let book = topic.and_then(|topic| Some((topic.kind, topic.partition(place.partition)?)));
                if let Some((kind, book)) = book
                    && !book.may_be_out_of_range(kind, place.offset)
                {
                    let what = format!("{place:?} is said to be out of range; the end is {}", book.end);
                    net.model.fail(Checker::Reader, what);
                }
                self.reading[at].unknown = true;
                self.forgotten.push(place);
                self.reading[at].told = None;
            }
            _ => {
                check_refusal(net, &place.topic, part.error_code);
                self.forget(at);
            }
        }
    }

    /// Reads from an earlier offset: the records must still exist.
    fn go_back(&mut self, net: &mut Net) {
        if self.reading.is_empty() {
            return;
        }
        let at = net.rng.index(self.reading.len());
        let place = &mut self.reading[at].place;
        let start = net.model.book(&place.topic, place.partition).map_or(0, |book| book.begins_at());
        if start < place.offset {
            place.offset = net.rng.between(start, place.offset);
        }
    }
}

impl Client for Consumer {
    fn wakes(&mut self, net: &mut Net, me: ClientId) {
        net.within(1_000, 1_000 + self.pace_us, Event::Wakes(me));
        if self.doing != Doing::Nothing {
            return;
        }
        if self.reading.is_empty() || net.rng.one_in(50) {
            self.look_up(net, me);
        } else if self.reading.iter().any(|reading| reading.unknown) {
            self.begin(net, me);
        } else {
            if net.rng.one_in(10) {
                self.go_back(net);
            }
            self.fetch(net, me);
        }
    }

    fn answered(&mut self, net: &mut Net, _me: ClientId, answer: Answer<'_>) {
        let reader = &mut Reader::new(answer.body);
        let checked = "checked by the model";
        match self.doing {
            Doing::Nothing => {}
            Doing::LookingUp => {
                let response = MetadataResponse::decode(reader, answer.version).expect("a client can read it");
                self.looked_up(net, &response);
            }
            Doing::Beginning => self.began(&ListOffsetsResponse::decode(reader, answer.version).expect(checked)),
            Doing::Fetching => self.fetched(net, &FetchResponse::decode(reader, answer.version).expect(checked)),
        }
        self.doing = Doing::Nothing;
        self.waits.clear();
    }

    fn closed(&mut self, _net: &mut Net, _me: ClientId) {
        // A session outlives its connection; whether the broker received its last request is unknown.
        self.session = (0, 0);
        self.reading.iter_mut().for_each(|reading| reading.told = None);
        self.doing = Doing::Nothing;
        self.waits.clear();
    }

    fn fetch_positions(&self) -> &[FetchPosition] {
        if self.min_bytes <= 1 && self.doing == Doing::Fetching { &self.waits } else { &[] }
    }
}
