//! The one place that knows what in a storage URL is secret. It masks too much rather than too little, and needs no
//! well-formed URL: what is wrong with a URL is often its password.

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
    use super::url;

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
