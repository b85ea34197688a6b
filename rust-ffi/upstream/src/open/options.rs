//! The options of a storage URL.

use url::form_urlencoded;

use crate::{error::OpenError, redact::shown};

/// Returns the decoded options of `url`. Each may occur once and must be in `known`.
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
