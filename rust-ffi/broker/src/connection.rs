//! Connections. Each is one task that reads requests, calls the backend and writes replies in order. A parked request
//! delays only its own connection.
#![expect(clippy::disallowed_methods, reason = "time-outs of sockets are real")]

use std::{
    fmt,
    future::{pending, poll_fn},
    io,
    net::Shutdown,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use futures_lite::future::or;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::coop::consume_budget,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;
use wire::{
    api::{API_VERSIONS, Api, FETCH, JOIN_GROUP, SYNC_GROUP},
    api_versions,
    codec::{FileRange, FramePart},
    frame, header,
    message::{Reader, api_versions_request::ApiVersionsRequest},
};

use crate::{
    backend::{Backend, Reply, Request, Response},
    buffer_pool::BufferPool,
    cancelled::cancelled,
    metrics::Metrics,
    refusals::{Kind, Refusals, Refused},
    request_log::RequestLine,
    request_memory::{RequestMemory, Reservation, ReserveError},
};

/// Size of a read. A buffer grows with the bytes that arrive, never with the length that a frame claims.
const READ_CHUNK: usize = 16 * 1024;
/// Bytes that a connection may buffer without a reservation of queued.max.request.bytes.
const FREE_BYTES: usize = 64 * 1024;
/// Replies are gathered up to this size before they are written.
const WRITE_GATHER: usize = 64 * 1024;

/// State shared by all connections of a broker.
pub(crate) struct Shared {
    pub backend: Arc<dyn Backend>,
    pub metrics: Arc<Metrics>,
    pub refusals: Arc<Refusals>,
    pub drain: CancellationToken,
    pub request_memory: RequestMemory,
    /// Buffers for records that are read from a file while they are sent.
    pub buffers: Arc<BufferPool>,
    pub request_bytes_max: usize,
    pub idle: Duration,
    pub stall: Duration,
}

/// Why a connection ended, for the log at debug level.
pub(crate) enum CloseReason {
    Client,
    Drained,
    Idle,
    Stalled,
    /// No bytes of queued.max.request.bytes came free in time.
    RequestMemoryExhausted,
    Refused(Refused),
    Io(io::Error),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseReason::Client => f.write_str("the client closed it"),
            CloseReason::Drained => f.write_str("the broker stops"),
            CloseReason::Idle => f.write_str("idle"),
            CloseReason::Stalled => f.write_str("the client stalled"),
            CloseReason::RequestMemoryExhausted => {
                f.write_str("too many large requests at once: queued.max.request.bytes")
            }
            CloseReason::Refused(refused) => refused.fmt(f),
            CloseReason::Io(e) => e.fmt(f),
        }
    }
}

pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>) -> CloseReason {
    let mut stream = Closing(stream);
    let address = stream.0.peer_addr();
    let peer = address.map_or_else(|_| "/".into(), |peer| format!("/{}", peer.ip().to_canonical()).into());
    let mut connection = Connection {
        peer,
        stream: &mut stream.0,
        shared: &shared,
        input: BytesMut::new(),
        output: Output::default(),
        reservation: None,
    };
    let end = match connection.run().await {
        Ok(end) | Err(end) => end,
    };
    if let CloseReason::Refused(refused) = &end
        // An answer that is not there because the broker stops is no fault of the request.
        && !shared.drain.is_cancelled()
    {
        shared.refusals.warn(refused, &connection.peer);
    }
    drop(connection);
    if matches!(end, CloseReason::Drained) {
        discard(&stream.0);
    }
    end
}

/// Requests that change nothing while they wait: they are dropped when their client closes the connection. All others
/// are carried out, as in Kafka; a producer with acks=0 may close directly after sending.
const WAITING: [i16; 3] = [FETCH, JOIN_GROUP, SYNC_GROUP];

/// Waits until the client closes the connection. A client that has sent further requests counts as connected.
async fn hung_up(stream: &TcpStream) {
    if let Ok(1..) = stream.peek(&mut [0]).await {
        std::future::pending::<()>().await;
    }
}

/// Discards unread requests: with them the close would become a reset, which may discard the last replies.
fn discard(stream: &TcpStream) {
    let mut sink = [0; READ_CHUNK];
    for _ in 0..64 {
        if !matches!(stream.try_read(&mut sink), Ok(1..)) {
            return;
        }
    }
}

/// Shuts the connection down on drop. Closing the descriptor is not enough if a forked child holds it, and the task may
/// be dropped when the grace ends.
struct Closing(TcpStream);

impl Drop for Closing {
    fn drop(&mut self) {
        let _ = socket2::SockRef::from(&self.0).shutdown(Shutdown::Both);
    }
}

struct Connection<'a> {
    /// The client's address in Kafka's form.
    peer: Arc<str>,
    stream: &'a mut TcpStream,
    shared: &'a Shared,
    input: BytesMut,
    output: Output,
    reservation: Option<Reservation>,
}

impl Connection<'_> {
    async fn run(&mut self) -> Result<CloseReason, CloseReason> {
        loop {
            while let Some(request) = self.next_frame()? {
                self.answer(request).await?;
                self.reservation = None;
                if self.output.len() >= WRITE_GATHER {
                    self.flush().await?;
                }
                // Yields now and then: many small requests in one buffer must not occupy the thread.
                consume_budget().await;
                if self.shared.drain.is_cancelled() {
                    self.flush().await?;
                    return Ok(CloseReason::Drained);
                }
            }
            self.flush().await?;
            if let Some(end) = self.fill().await? {
                return Ok(end);
            }
        }
    }

    /// Takes one complete frame off the input.
    fn next_frame(&mut self) -> Result<Option<Bytes>, CloseReason> {
        match frame::checked_len(&self.input, self.shared.request_bytes_max) {
            None => Ok(None),
            Some(Err(e)) => Err(CloseReason::Refused(Refused::frame(&self.input, &e))),
            Some(Ok(len)) if self.input.len() < frame::PREFIX + len => Ok(None),
            Some(Ok(len)) => {
                self.input.advance(frame::PREFIX);
                Ok(Some(self.input.split_to(len).freeze()))
            }
        }
    }
}

impl Connection<'_> {
    async fn answer(&mut self, frame: Bytes) -> Result<(), CloseReason> {
        let Some((key, version, correlation_id)) = header::peek(&frame) else {
            return Err(CloseReason::Refused(Refused::new(Kind::Malformed, "the request header is cut short")));
        };
        if key == API_VERSIONS && Api::from_key(key).is_some_and(|api| version > api.max) {
            // The client does not know the broker's versions yet, and the broker cannot parse this one (KIP-511).
            api_versions::unsupported_version(self.output.own(), correlation_id);
            return Ok(());
        }
        if Api::from_key(key).is_none() {
            return Err(CloseReason::Refused(Refused::unserved(key, version, false)));
        }
        let malformed = |why: String| CloseReason::Refused(Refused::new(Kind::Malformed, why));
        let head = header::parse(&frame).map_err(|e| malformed(e.to_string()))?;
        let (body_at, backend) = (head.body_at, &self.shared.backend);
        self.shared.metrics.request(key, frame.len());
        if key != API_VERSIONS && !backend.serves(key, version) {
            let is_key_served = backend.advertised().iter().any(|range| range.key == key);
            return Err(CloseReason::Refused(Refused::unserved(key, version, is_key_served).by(head.client_id)));
        }
        let body = frame.get(body_at..).unwrap_or_default();
        let line =
            RequestLine::begin(key, version, head.client_id, &self.peer, || backend.request_topics(key, version, body));
        if key == API_VERSIONS {
            let asked = ApiVersionsRequest::decode(&mut Reader::new(body), version)
                .map_err(|e| malformed(format!("ApiVersions is malformed: {e}")))?;
            if api_versions::is_valid(&asked, version) {
                let (ranges, features) = (backend.advertised(), backend.features());
                api_versions::response(self.output.own(), correlation_id, version, ranges, features);
            } else {
                api_versions::invalid_request(self.output.own(), correlation_id, version);
            }
            line.into_iter().for_each(|line| line.end(None));
            return Ok(());
        }
        let shared = self.shared;
        // For the client's name, should the request be refused.
        let kept = frame.clone();
        let peer = self.peer.clone();
        let first_error = line.as_ref().map(RequestLine::first_error);
        let request = Request { frame, key, version, correlation_id, body_at, peer, first_error };
        let answer = match shared.backend.call(request) {
            Response::Ready(answer) => answer,
            Response::Pending(mut later) => match poll_fn(|cx| Poll::Ready(later.as_mut().poll(cx))).await {
                Poll::Ready(answer) => answer,
                Poll::Pending => {
                    if WAITING.contains(&key) {
                        // It may wait for days; other requests need the memory.
                        self.reservation = None;
                    }
                    // Replies to earlier requests must not wait for it.
                    self.flush().await?;
                    // The input may hold another request, which is carried out too.
                    let watched = self.input.is_empty() && WAITING.contains(&key);
                    let gone = async {
                        if !watched {
                            return pending().await;
                        }
                        hung_up(self.stream).await;
                        None
                    };
                    or(async { Some(later.await) }, gone).await.ok_or(CloseReason::Client)?
                }
            },
        };
        line.into_iter().for_each(|line| match &answer {
            Reply::Close(why) => line.end(Some(why)),
            _ => line.end(None),
        });
        match answer {
            Reply::Parts(pieces) => {
                for piece in pieces {
                    match piece {
                        FramePart::Bytes(bytes) => self.output.push(bytes),
                        FramePart::FileRange(stored) => self.send_stored(stored).await?,
                    }
                }
                Ok(())
            }
            Reply::Frame(bytes) => {
                self.output.push(bytes);
                Ok(())
            }
            Reply::Silent => Ok(()),
            Reply::Close(why) => {
                self.flush().await?;
                let client_id = header::parse(&kept).ok().and_then(|head| head.client_id);
                Err(CloseReason::Refused(Refused::new(Kind::Closed, why).by(client_id)))
            }
        }
    }

    /// Sends records from a file, and reads the next part when the client has taken the one before: a client that does
    /// not read costs one buffer, not a whole response.
    async fn send_stored(&mut self, mut stored: FileRange) -> Result<(), CloseReason> {
        while !stored.is_empty() {
            if self.output.len() >= WRITE_GATHER {
                self.flush().await?;
            }
            let chunk = BufferPool::fill(&self.shared.buffers, stored.len(), |buf| stored.take(buf))
                .map_err(CloseReason::Io)?;
            self.output.push(chunk);
        }
        Ok(())
    }

    /// Reads more bytes. `Some` ends the connection.
    async fn fill(&mut self) -> Result<Option<CloseReason>, CloseReason> {
        let shared = self.shared;
        if self.input.is_empty() {
            // An idle connection holds no buffer.
            self.input = BytesMut::new();
            let readable = async { Some(timeout(shared.idle, self.stream.readable()).await) };
            match or(cancelled(&shared.drain), readable).await {
                None => return Ok(Some(CloseReason::Drained)),
                Some(Err(_)) => return Ok(Some(CloseReason::Idle)),
                Some(Ok(ready)) => ready.map_err(CloseReason::Io)?,
            }
        }
        // Grows with the bytes that have arrived, not with the claimed length.
        let more = READ_CHUNK.max(self.input.len().min(1 << 20));
        if let Some(refusal) = self.reserve(more).await {
            return Ok(Some(match refusal {
                ReserveError::Drained => CloseReason::Drained,
                ReserveError::Exhausted => CloseReason::RequestMemoryExhausted,
            }));
        }
        self.input.reserve(more);
        // Readiness may be out of date: a connection without any bytes is idle, not stalled.
        let (patience, end) =
            if self.input.is_empty() { (shared.idle, CloseReason::Idle) } else { (shared.stall, CloseReason::Stalled) };
        let until = Instant::now() + patience;
        let until = self.reservation.as_ref().map_or(until, |reservation| until.min(reservation.until()));
        let read = async { Some(timeout_at(until, self.stream.read_buf(&mut self.input)).await) };
        match or(cancelled(&shared.drain), read).await {
            None => Ok(Some(CloseReason::Drained)),
            Some(Err(_)) => Ok(Some(end)),
            Some(Ok(Err(e))) => Err(CloseReason::Io(e)),
            Some(Ok(Ok(0))) => Ok(Some(CloseReason::Client)),
            Some(Ok(Ok(n))) => {
                shared.metrics.received(n);
                Ok(None)
            }
        }
    }

    /// Reserves memory of queued.max.request.bytes for a request that exceeds the free bytes.
    async fn reserve(&mut self, more: usize) -> Option<ReserveError> {
        let shared = self.shared;
        let held = self.input.len() + more;
        if self.reservation.is_none() && held <= FREE_BYTES {
            return None;
        }
        // `next_frame` has checked the length and found the frame incomplete.
        let Some(Ok(len)) = frame::checked_len(&self.input, shared.request_bytes_max) else { return None };
        let reservation = self.reservation.get_or_insert_with(|| RequestMemory::begin(len, shared.stall));
        // Twice, because a growing buffer is copied.
        shared.request_memory.reserve(reservation, 2 * held.min(len), shared.stall, &shared.drain).await.err()
    }

    async fn flush(&mut self) -> Result<(), CloseReason> {
        let shared = self.shared;
        self.output.seal();
        while self.output.has_remaining() {
            match timeout(shared.stall, self.stream.write_buf(&mut self.output)).await {
                Err(_) => return Err(CloseReason::Stalled),
                Ok(Err(e)) => return Err(CloseReason::Io(e)),
                Ok(Ok(0)) => return Err(CloseReason::Client),
                Ok(Ok(n)) => shared.metrics.sent(n),
            }
        }
        Ok(())
    }
}

/// Replies in order: small ones are copied into one buffer, large ones are queued as they are.
#[derive(Default)]
struct Output {
    queue: std::collections::VecDeque<Bytes>,
    own: BytesMut,
    len: usize,
}

impl Output {
    fn own(&mut self) -> &mut BytesMut {
        &mut self.own
    }

    fn len(&self) -> usize {
        self.len + self.own.len()
    }

    fn push(&mut self, bytes: Bytes) {
        if bytes.len() <= 1_024 {
            self.own.extend_from_slice(&bytes);
        } else {
            self.seal();
            self.len += bytes.len();
            self.queue.push_back(bytes);
        }
    }

    /// Appends the gathered replies to the queue.
    fn seal(&mut self) {
        if !self.own.is_empty() {
            let sealed = self.own.split().freeze();
            self.len += sealed.len();
            self.queue.push_back(sealed);
        }
        if self.queue.is_empty() {
            self.own = BytesMut::new();
        }
    }
}

impl Buf for Output {
    fn remaining(&self) -> usize {
        self.len
    }

    fn chunk(&self) -> &[u8] {
        self.queue.front().map_or(&[], |bytes| bytes)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [io::IoSlice<'a>]) -> usize {
        let pairs = slices.iter_mut().zip(&self.queue);
        pairs.map(|(slice, bytes)| *slice = io::IoSlice::new(bytes)).count()
    }

    fn advance(&mut self, mut n: usize) {
        self.len -= n;
        while let Some(front) = self.queue.front_mut() {
            if n < front.len() {
                front.advance(n);
                return;
            }
            n -= front.len();
            self.queue.pop_front();
        }
    }
}
