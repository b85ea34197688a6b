//! `postgres://...` and `postgresql://...`: libpq's URLs, as `tokio-postgres` reads them. Several brokers may share a
//! database.

use std::str::FromStr as _;

use tansu_storage_sql::PostgresEngineFactory;
use tokio::{runtime::Handle, time::timeout};
use url::Url;

use super::{DEADLINE, Held, Opened, Traits, build, database};
use crate::{
    Options,
    error::{OpenError, OpenErrorKind},
    redact::{Secrets, shown},
};

pub(super) async fn open(options: &Options) -> Result<Opened, OpenError> {
    let name = shown(&options.url);
    let url = Url::parse(&options.url)
        .map_err(|e| OpenError::config(format!("storage.url: {name} is not a URL ({e}). {ENCODE}")))?;
    let config = tokio_postgres::Config::from_str(&options.url).map_err(|e| {
        let why = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
        OpenError::config(format!("storage.url: {name} is not a PostgreSQL URL: {why}. {KNOWN}"))
    })?;
    let secrets = secrets(&url, &config);
    let opening = options.clone();
    // In a task, so that upstream's work is completed even after the timeout.
    let built = tokio::spawn(async move { build(&opening, PostgresEngineFactory, url).await });
    let reason = match timeout(DEADLINE, built).await {
        Ok(Ok(Ok(storage))) => {
            return Ok(Opened {
                storage,
                traits: Traits { shared: true, holes: false },
                runtime: Handle::current(),
                held: Held::default(),
                secrets,
            });
        }
        Ok(Ok(Err(e))) => database::postgres_reason(&e),
        Ok(Err(e)) => database::Reason { kind: OpenErrorKind::Storage, words: e.to_string() },
        Err(_) => database::Reason {
            kind: OpenErrorKind::Unreachable,
            words: format!("no answer within {} s. Is the address right, and the server up?", DEADLINE.as_secs()),
        },
    };
    Err(OpenError {
        kind: reason.kind,
        message: secrets.hide(&format!("storage.url: PostgreSQL at {name}: {}", reason.words)),
    })
}

const ENCODE: &str = "Percent-encode special characters in user and password.";
const KNOWN: &str = "Known options: user, password, dbname, options, application_name, sslmode, host, hostaddr, port, \
                     connect_timeout, tcp_user_timeout, keepalives, keepalives_idle, keepalives_interval, \
                     keepalives_retries, target_session_attrs, channel_binding, load_balance_hosts.";

/// Returns the passwords of the URL, encoded and decoded.
fn secrets(url: &Url, config: &tokio_postgres::Config) -> Secrets {
    let encoded = url.password().map(str::to_owned);
    let decoded = config.get_password().map(|password| String::from_utf8_lossy(password).into_owned());
    Secrets::new(encoded.into_iter().chain(decoded))
}
