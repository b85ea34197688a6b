//! Requests that are refused: a warning with the reason, once for a kind and a client, so that a client that tries
//! again all day costs one line.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use wire::api::Api;

use crate::shown::shown;

/// So many pairs of a kind and a client are remembered; warnings end with them.
const PAIRS_MAX: usize = 1_000;

/// What is wrong with a request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Http,
    Tls,
    /// Bytes that are no request of Kafka's.
    Malformed,
    UnknownApi,
    UnsupportedApi,
    UnsupportedVersion,
    Transactions,
    /// What the storage refuses by closing the connection.
    Closed,
}

/// A request that is refused; its connection is closed.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) kind: Kind,
    pub(crate) reason: String,
    /// From the header, if there is one.
    pub(crate) client_id: Option<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Refused {
    pub(crate) fn new(kind: Kind, reason: impl Into<String>) -> Refused {
        Refused { kind, reason: reason.into(), client_id: None }
    }

    pub(crate) fn by(self, client_id: Option<&str>) -> Refused {
        Refused { client_id: client_id.map(str::to_owned), ..self }
    }

    /// For bytes with an impossible frame length, which `why` says.
    pub(crate) fn frame(bytes: &[u8], why: &dyn fmt::Display) -> Refused {
        const METHODS: [&[u8]; 9] = [b"GET ", b"POST", b"PUT ", b"HEAD", b"DELE", b"OPTI", b"PATC", b"CONN", b"TRAC"];
        let starts_with = |prefix: &[u8]| bytes.starts_with(prefix);
        if METHODS.into_iter().any(starts_with) || starts_with(b"PRI ") {
            let reason = "an HTTP request has come to a Kafka port. Use a Kafka client, or another port for HTTP";
            return Refused::new(Kind::Http, reason);
        }
        // A handshake record of TLS 1.0 to 1.3.
        if matches!(bytes, [0x16, 3, 0..=4, ..]) {
            let reason = "a TLS handshake has come to a Kafka port without TLS. Set security.protocol=PLAINTEXT in the \
                          client";
            return Refused::new(Kind::Tls, reason);
        }
        Refused::new(Kind::Malformed, format!("the bytes are no Kafka request: {why}"))
    }

    /// For a key and a version that the storage does not serve.
    pub(crate) fn unserved(key: i16, version: i16, is_key_served: bool) -> Refused {
        /// AddPartitionsToTxn to TxnOffsetCommit.
        const OF_TRANSACTIONS: std::ops::RangeInclusive<i16> = 24..=28;
        let Some(api) = Api::from_key(key) else {
            return Refused::new(Kind::UnknownApi, format!("unknown API: Kafka has no request with the key {key}"));
        };
        let name = api.name;
        if is_key_served {
            let reason = format!("unsupported version: {name} version {version} is not served");
            return Refused::new(Kind::UnsupportedVersion, reason);
        }
        if OF_TRANSACTIONS.contains(&key) {
            return Refused::new(Kind::Transactions, format!("{name}: transactions are not supported by this storage"));
        }
        Refused::new(Kind::UnsupportedApi, format!("{name} (key {key}) is not supported by this storage"))
    }
}

/// Which warnings were written.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeSet<(Kind, String)>>);

impl Refusals {
    /// Warns of a refused request, unless the same client has had a warning of this kind.
    pub(crate) fn warn(&self, refused: &Refused, host: &str) {
        if !tracing::enabled!(tracing::Level::WARN) {
            return;
        }
        let client = client_shown(refused.client_id.as_deref(), host);
        let count = self.add(refused.kind, &client);
        if count.is_some() {
            tracing::warn!("request of {client} refused: {}", shown(&refused.reason));
        }
        if count == Some(PAIRS_MAX) {
            tracing::warn!("{PAIRS_MAX} clients had requests refused; no more of these warnings are written");
        }
    }

    /// How many pairs there are with this one; `None` if it is not new, or one too many.
    fn add(&self, kind: Kind, client: &str) -> Option<usize> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (pairs.len() < PAIRS_MAX && pairs.insert((kind, client.to_owned()))).then_some(pairs.len())
    }
}

/// A client as the log names it.
pub(crate) fn client_shown(id: Option<&str>, host: &str) -> String {
    match id {
        Some(id) => format!("client \"{}\" ({host})", shown(id)),
        None => format!("a client ({host})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_other_protocols_are_named() {
        let kind = |bytes: &[u8]| Refused::frame(bytes, &"too long").kind;
        assert_eq!(kind(b"GET / HTTP/1.1\r\n"), Kind::Http);
        assert_eq!(kind(b"PRI * HTTP/2.0"), Kind::Http);
        assert_eq!(kind(&[0x16, 3, 1, 2, 0]), Kind::Tls);
        assert_eq!(kind(&[0x16, 4, 1, 2]), Kind::Malformed);
        assert_eq!(kind(&[0xff; 4]), Kind::Malformed);
    }

    #[test]
    fn what_is_not_served_is_named() {
        let seen = |key, version, served| {
            let refused = Refused::unserved(key, version, served);
            (refused.kind, refused.reason)
        };
        assert_eq!(
            seen(999, 0, false),
            (Kind::UnknownApi, "unknown API: Kafka has no request with the key 999".into())
        );
        assert_eq!(
            seen(1, 99, true),
            (Kind::UnsupportedVersion, "unsupported version: Fetch version 99 is not served".into())
        );
        assert_eq!(
            seen(24, 3, false),
            (Kind::Transactions, "AddPartitionsToTxn: transactions are not supported by this storage".into())
        );
        assert_eq!(seen(17, 0, false).0, Kind::UnsupportedApi);
    }

    #[test]
    fn a_kind_and_a_client_are_counted_once_and_in_all_bounded() {
        let refusals = Refusals::default();
        assert_eq!(refusals.add(Kind::Http, "a"), Some(1));
        assert_eq!(refusals.add(Kind::Http, "a"), None);
        assert_eq!(refusals.add(Kind::Tls, "a"), Some(2));
        for number in 2..PAIRS_MAX {
            assert_eq!(refusals.add(Kind::Http, &number.to_string()), Some(number + 1));
        }
        assert_eq!(refusals.add(Kind::Http, "late"), None);
    }
}
