//! Masks the secrets of storage URLs. It masks too much rather than too little and does not need a well-formed URL,
//! because the malformed part is often the password.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use arc_swap::ArcSwap;

/// Replaces a secret.
pub const MASK: &str = "***";

/// A query key that contains one of these has a secret value.
const SECRET_KEYS: [&str; 8] = ["pass", "pwd", "secret", "token", "key", "credential", "signature", "sas"];

/// Masks the password of the user info and the values of secret query keys in a URL.
pub fn url(url: &str) -> String {
    let (scheme, rest) = match url.find("://") {
        Some(at) => url.split_at(at + 3),
        None => ("", url),
    };
    let ends: &[char] = if scheme.is_empty() { &BETWEEN_WORDS } else { &BETWEEN_PAIRS };
    format!("{scheme}{}", pairs(&user_info(scheme, rest), ends))
}

/// Characters that end a value in a URL, and in connection parameters (`host=h password=x`).
const BETWEEN_PAIRS: [char; 2] = ['&', ';'];
const BETWEEN_WORDS: [char; 6] = ['&', ';', ' ', '\t', '\n', '\r'];
/// Characters before a key.
const BEFORE_KEYS: [char; 10] = ['?', '&', ';', '#', '/', ',', ' ', '\t', '\n', '\r'];

/// Masks a log record, also one of a library: every URL in it, and every secret of a live broker in any spelling.
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

/// The secrets of one broker's storage URL. [`text`] masks them until this is dropped.
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

/// Number of brokers by secret. One table, because all brokers log to one log. Without a lock, because a forked child
/// could inherit it locked.
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

/// Returns the secrets that [`url`] masks, as written and decoded.
fn secrets(url: &str) -> Vec<String> {
    let (scheme, rest) = url.find("://").map_or(("", url), |at| url.split_at(at + 3));
    let mut found = Vec::new();
    if let Some((begin, end)) = password(scheme, rest) {
        found.push(rest[begin..end].to_owned());
    }
    let ends: &[char] = if scheme.is_empty() { &BETWEEN_WORDS } else { &BETWEEN_PAIRS };
    let values = secret_values(rest, ends).into_iter().map(|(begin, end)| rest[begin..end].trim_matches(['\'', '"']));
    found.extend(values.map(str::to_owned));
    let plain: Vec<String> =
        found.iter().map(|secret| decoded(secret)).filter(|secret| !found.contains(secret)).collect();
    found.extend(plain);
    found.retain(|secret| !secret.is_empty());
    found
}

/// Returns the range of the password in the user info: from the first colon to the last `@`, because an unencoded
/// password may contain any character. Without an `@`, the text after the colon of the authority, unless it is a port.
fn password(scheme: &str, rest: &str) -> Option<(usize, usize)> {
    if let (Some(colon), Some(at)) = (rest.find(':'), rest.rfind('@'))
        && colon < at
    {
        return Some((colon + 1, at));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme.is_empty() || authority.starts_with('[') {
        return None;
    }
    let colon = authority.find(':')?;
    // In a sentence, punctuation may follow.
    let behind = authority[colon + 1..].trim_end_matches([')', ']', '.', ',', ':']);
    let is_port = behind.bytes().all(|byte| byte.is_ascii_digit());
    (!is_port).then_some((colon + 1, rest.len()))
}

fn user_info(scheme: &str, rest: &str) -> String {
    match password(scheme, rest) {
        Some((begin, end)) => format!("{}{MASK}{}", &rest[..begin], &rest[end..]),
        None => rest.to_owned(),
    }
}

/// Returns the ranges of the values of secret keys: in a query, after `;` or `#`, or as connection parameters.
fn secret_values(text: &str, ends: &[char]) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(equals) = text[at..].find('=').map(|place| at + place) {
        let key = text[at..equals].trim_end().rsplit(BEFORE_KEYS).next().unwrap_or_default();
        let spaces = text[equals + 1..].len() - text[equals + 1..].trim_start_matches(' ').len();
        let begin = equals + 1 + if ends.contains(&' ') { spaces } else { 0 };
        at = equals + 1;
        if is_secret(key) {
            let value = &text[begin..];
            // `password='two words'`
            let quoted = value.chars().next().filter(|first| matches!(first, '\'' | '"') && ends.contains(&' '));
            let len = match quoted {
                Some(quote) => value[1..].find(quote).map_or(value.len(), |place| place + 2),
                None => value.find(ends).unwrap_or(value.len()),
            };
            found.push((begin, begin + len));
            at = begin + len;
        }
    }
    found
}

fn pairs(text: &str, ends: &[char]) -> String {
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for (begin, end) in secret_values(text, ends) {
        shown.push_str(&text[at..begin]);
        shown.push_str(MASK);
        at = end;
    }
    shown.push_str(&text[at..]);
    shown
}

fn is_secret(key: &str) -> bool {
    let key = decoded(key).to_ascii_lowercase();
    SECRET_KEYS.iter().any(|part| key.contains(part))
}

/// Percent-decodes, so that `p%61ssword` is found too.
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
        assert_eq!(url("s3://b?SECRET=a;p%61ssword=b&c"), "s3://b?SECRET=***;p%61ssword=***&c");
        assert_eq!(url("sqlite:///tmp/a.db?mode=rw"), "sqlite:///tmp/a.db?mode=rw");
        assert_eq!(url("memory://"), "memory://");
    }

    #[test]
    fn a_password_is_masked_where_it_does_not_belong() {
        for (written, shown, secret) in [
            ("postgres://h/db;password=X1", "postgres://h/db;password=***", "X1"),
            ("postgres://h/db#password=X1", "postgres://h/db#password=***", "X1"),
            ("postgres://h/db?a=b#password=X1&c=d", "postgres://h/db?a=b#password=***&c=d", "X1"),
            ("postgres://h/db?password=X1#X2 X3", "postgres://h/db?password=***", "X1#X2 X3"),
            ("postgres://me:X1", "postgres://me:***", "X1"),
            ("postgres://me:X1/db", "postgres://me:***", "X1/db"),
            ("postgres://me:1X", "postgres://me:***", "1X"),
            ("storage.url:postgres://u:X1@h", "storage.url:postgres://u:***@h", "X1"),
            ("host=h user=me password=X1", "host=h user=me password=***", "X1"),
            ("host=h password = X1 user=me", "host=h password = *** user=me", "X1"),
            ("password='X1 X2' host=h", "password=*** host=h", "X1 X2"),
            ("password='X1 X2", "password=***", "X1 X2"),
            ("PGPASSWORD=X1;host=h", "PGPASSWORD=***;host=h", "X1"),
        ] {
            assert_eq!(url(written), shown);
            let known = Known::of(written);
            assert_eq!(text(&format!("it is {secret}.")), "it is ***.", "{written}");
            drop(known);
        }
        for harmless in ["postgres://[::1]:5432/x", "file:///C:/data", "tcp://db:5432", "host=h user=me", "a=b=c"] {
            assert_eq!(url(harmless), harmless);
        }
    }
}
