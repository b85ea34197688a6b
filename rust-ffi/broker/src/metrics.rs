//! Counters of connections and requests. They are relaxed atomics and independent of each other.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use wire::api::TABLE;

#[derive(Debug)]
pub(crate) struct Metrics {
    opened: AtomicU64,
    closed: AtomicU64,
    refused: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    requests: Vec<AtomicU64>,
}

/// One counter: its name and its value.
#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    pub value: u64,
}

impl Metrics {
    pub(crate) fn new() -> Metrics {
        Metrics {
            opened: AtomicU64::new(0),
            closed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            requests: TABLE.iter().map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Relaxed);
    }

    pub(crate) fn closed(&self) {
        self.closed.fetch_add(1, Relaxed);
    }

    /// Counts a refused connection and returns the number so far.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn open(&self) -> u64 {
        self.opened.load(Relaxed).saturating_sub(self.closed.load(Relaxed))
    }

    pub(crate) fn received(&self, n: usize) {
        self.received.fetch_add(n as u64, Relaxed);
    }

    pub(crate) fn sent(&self, n: usize) {
        self.sent.fetch_add(n as u64, Relaxed);
    }

    pub(crate) fn request(&self, key: i16, _bytes: usize) {
        if let Ok(i) = TABLE.binary_search_by_key(&key, |api| api.key) {
            self.requests[i].fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn list(&self) -> Vec<Metric> {
        let mut list = vec![
            metric("connections.open", self.open()),
            metric("connections.opened.total", self.opened.load(Relaxed)),
            metric("connections.refused.total", self.refused.load(Relaxed)),
            metric("bytes.received.total", self.received.load(Relaxed)),
            metric("bytes.sent.total", self.sent.load(Relaxed)),
        ];
        let used = TABLE.iter().zip(&self.requests).map(|(api, n)| (api.name, n.load(Relaxed))).filter(|(_, n)| *n > 0);
        list.extend(used.map(|(name, n)| metric(&format!("requests.{name}.total"), n)));
        list
    }
}

fn metric(name: &str, value: u64) -> Metric {
    Metric { name: name.to_owned(), value }
}
