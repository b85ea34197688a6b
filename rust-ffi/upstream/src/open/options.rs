//! The part of a storage URL behind the question mark.

use url::form_urlencoded;

use crate::{error::OpenError, redact::shown};

/// The options of `url`, decoded, each at most once and each one of `known`.
pub(super) fn options(url: &str, known: &[&str]) -> Result<Vec<(String, String)>, OpenError> {
    let mut found: Vec<(String, String)> = Vec::new();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if !known.contains(&key.as_ref()) {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(OpenError::config(format!(
                "storage.url: {} has no option '{key}'. Known: {known}.",
                shown(url)
            )));
        }
        if found.iter().any(|(earlier, _)| *earlier == key) {
            return Err(OpenError::config(format!("storage.url: {} has the option '{key}' twice", shown(url))));
        }
        found.push((key.into_owned(), value.into_owned()));
    }
    Ok(found)
}
