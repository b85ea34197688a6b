//! The one place that knows what in a storage URL is secret. It masks too much rather than too little, and needs no
//! well-formed URL: what is wrong with a URL is often its password.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use arc_swap::ArcSwap;

/// Stands where a secret was.
pub const MASK: &str = "***";

/// Parts of a query key that make its value secret.
const SECRET_KEYS: [&str; 8] = ["pass", "pwd", "secret", "token", "key", "credential", "signature", "sas"];

/// `url` as it may be shown: the password of the user info and the values of secret query keys are masked.
pub fn url(url: &str) -> String {
    let (scheme, rest) = match url.find("://") {
        Some(at) => url.split_at(at + 3),
        None => ("", url),
    };
    format!("{scheme}{}", query(&user_info(rest)))
}

/// A log record, a library's own words included, as it may be shown: every URL in it is masked, and so is every secret
/// of a broker that lives, however it is written.
pub fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let begin = rest[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+')
            .map_or(0, |i| i + rest[i..].chars().next().map_or(1, char::len_utf8));
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        let end = rest[at..].find(ends).map_or(rest.len(), |i| at + i);
        shown.push_str(&rest[..begin]);
        shown.push_str(&url(&rest[begin..end]));
        rest = &rest[end..];
    }
    shown.push_str(rest);
    for secret in KNOWN.load().keys() {
        if shown.contains(secret.as_str()) {
            shown = shown.replace(secret.as_str(), MASK);
        }
    }
    shown
}

/// The secrets of one broker's storage URL, known to [`text`] for as long as this lives.
#[derive(Default)]
pub(crate) struct Known(Vec<String>);

impl Known {
    pub(crate) fn of(url: &str) -> Known {
        let secrets = secrets(url);
        change(&secrets, |known, secret| *known.entry(secret.to_owned()).or_insert(0) += 1);
        Known(secrets)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        change(&self.0, |known, secret| {
            if let Some(users) = known.get_mut(secret) {
                *users -= 1;
                if *users == 0 {
                    known.remove(secret);
                }
            }
        });
    }
}

/// Secret to number of brokers that have it. Records of all brokers go to one log, so it is one table. Without a lock:
/// a forked child would inherit it, held by a thread that it does not have.
static KNOWN: LazyLock<ArcSwap<BTreeMap<String, usize>>> = LazyLock::new(ArcSwap::default);

fn change(secrets: &[String], one: impl Fn(&mut BTreeMap<String, usize>, &str)) {
    if secrets.is_empty() {
        return;
    }
    KNOWN.rcu(|known| {
        let mut known = BTreeMap::clone(known);
        secrets.iter().for_each(|secret| one(&mut known, secret));
        Arc::new(known)
    });
}

/// What [`url`] masks, as written and decoded.
fn secrets(url: &str) -> Vec<String> {
    let rest = url.find("://").map_or(url, |at| &url[at + 3..]);
    let mut found = Vec::new();
    if let (Some(colon), Some(at)) = (rest.find(':'), rest.rfind('@'))
        && colon < at
    {
        found.push(rest[colon + 1..at].to_owned());
    }
    if let Some((_, query)) = rest.split_once('?') {
        let values = query.split(['&', ';']).filter_map(|pair| pair.split_once('='));
        found.extend(values.filter(|(key, _)| is_secret(key)).map(|(_, value)| value.to_owned()));
    }
    let plain: Vec<String> =
        found.iter().map(|secret| decoded(secret)).filter(|secret| !found.contains(secret)).collect();
    found.extend(plain);
    found.retain(|secret| !secret.is_empty());
    found
}

/// From the first colon to the last `@`: a password may hold any character when nobody encoded it.
fn user_info(rest: &str) -> String {
    match (rest.find(':'), rest.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => format!("{}:{MASK}{}", &rest[..colon], &rest[at..]),
        _ => rest.to_owned(),
    }
}

fn query(rest: &str) -> String {
    let Some((before, query)) = rest.split_once('?') else { return rest.to_owned() };
    let pairs = query.split(['&', ';']).map(|pair| match pair.split_once('=') {
        Some((key, _)) if is_secret(key) => format!("{key}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{before}?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn is_secret(key: &str) -> bool {
    let key = decoded(key).to_ascii_lowercase();
    SECRET_KEYS.iter().any(|part| key.contains(part))
}

/// Percent-decoded, so that `p%61ssword` is found too.
fn decoded(key: &str) -> String {
    let bytes = key.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = bytes
            .get(i + 1..i + 3)
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[i], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                i += 3;
            }
            (byte, _) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Known, text, url};

    #[test]
    fn a_log_record_shows_no_url_with_its_password() {
        assert_eq!(
            text("opening \"postgres://me:s3cr3t@db/x?token=abc\" (tcp://db:5432)"),
            "opening \"postgres://me:***@db/x?token=***\" (tcp://db:5432)"
        );
        assert_eq!(text("no url: a ä :// b"), "no url: a ä :// b");
    }

    #[test]
    fn a_secret_of_a_living_broker_is_masked_wherever_it_turns_up() {
        let (one, two) = (Known::of("postgres://me:hun%74er2@db/x"), Known::of("postgres://me:hun%74er2@db/x"));
        assert_eq!(text("login me / hunter2, hun%74er2"), "login me / ***, ***");
        drop(one);
        assert_eq!(text("hunter2"), "***");
        drop(two);
        assert_eq!(text("hunter2"), "hunter2");
    }

    #[test]
    fn passwords_are_masked_however_they_are_written() {
        assert_eq!(url("postgres://me:secret@db:5432/x"), "postgres://me:***@db:5432/x");
        assert_eq!(url("postgres://me:p/a?s#s@w@db/x"), "postgres://me:***@db/x");
        assert_eq!(url("postgres://:secret@db"), "postgres://:***@db");
        assert_eq!(url("me:secret@db"), "me:***@db");
        assert_eq!(url("postgres://db:5432/x"), "postgres://db:5432/x");
    }

    #[test]
    fn secret_query_values_are_masked() {
        assert_eq!(url("s3://b?region=x&secret_access_key=abc"), "s3://b?region=x&secret_access_key=***");
        assert_eq!(url("s3://b?SECRET=a;p%61ssword=b&c"), "s3://b?SECRET=***&p%61ssword=***&c");
        assert_eq!(url("sqlite:///tmp/a.db?mode=rw"), "sqlite:///tmp/a.db?mode=rw");
        assert_eq!(url("memory://"), "memory://");
    }
}
