//! Masks secrets: a URL is shown without its password and its options, and upstream's messages are searched for the
//! secrets of the URL.

/// Replaces a secret.
const MASK: &str = "***";

/// Masks a URL. An unencoded password may contain any character, so the text from the first colon to the last `@` is
/// masked, and the text from the `?` on.
pub(crate) fn shown(url: &str) -> String {
    let (scheme, rest) = match url.find("://") {
        Some(at) => url.split_at(at + 3),
        None => ("", url),
    };
    let masked = match (rest.find(':'), rest.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => format!("{}:{MASK}{}", &rest[..colon], &rest[at..]),
        _ => rest.to_owned(),
    };
    let end = masked.find('?').unwrap_or(masked.len());
    format!("{scheme}{}", &masked[..end])
}

/// The secrets of a URL, as they may occur in other messages.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = String>) -> Secrets {
        Secrets(secrets.into_iter().filter(|secret| !secret.is_empty()).collect())
    }

    pub(crate) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_has_neither_password_nor_options() {
        assert_eq!(shown("postgres://me:secret@db:5432/x?sslmode=require"), "postgres://me:***@db:5432/x");
        assert_eq!(shown("postgres://me:p/a?s#s@w@db/x"), "postgres://me:***@db/x");
        assert_eq!(shown("s3://bucket?secret_access_key=abc"), "s3://bucket");
        assert_eq!(shown("sqlite:///tmp/a.db"), "sqlite:///tmp/a.db");
    }

    #[test]
    fn what_upstream_says_loses_its_secrets() {
        let secrets = Secrets::new(["hunter2".to_owned(), String::new()]);
        assert_eq!(secrets.hide("login of me/hunter2 failed"), "login of me/*** failed");
    }
}
