//! `s3://BUCKET?OPTION=...`: a bucket of S3 or of a compatible server with conditional puts. Options that the URL does
//! not set come from AWS's environment variables. Experimental, according to upstream.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use object_store::{
    ClientOptions, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut},
};
use tansu_storage::{ProduceRequestBatcher, Storage as _};
use tansu_storage_dynostore::DynoStore;
use tokio::{runtime::Handle, time::timeout};
use url::Url;

use super::{DEADLINE, Held, Opened, Traits, advertised, options::options as url_options};
use crate::{
    Options,
    error::OpenError,
    redact::{Secrets, shown},
};

/// Options, and their names in `object_store`.
const CLIENT: &[(&str, &str)] = &[
    ("endpoint", "aws_endpoint"),
    ("region", "aws_region"),
    ("access_key_id", "aws_access_key_id"),
    ("secret_access_key", "aws_secret_access_key"),
    ("session_token", "aws_session_token"),
    ("allow_http", "aws_allow_http"),
    ("virtual_hosted_style_request", "aws_virtual_hosted_style_request"),
    ("skip_signature", "aws_skip_signature"),
];
/// Produce requests are collected for this time into one object.
const BATCH_DELAY: &str = "batch_max_delay_ms";
const BATCH_SIZE: &str = "batch_min_bytes";
/// A request that fails for this time is answered with an error; the client retries.
const RETRY: Duration = Duration::from_secs(10);

pub(super) async fn open(options: &Options) -> Result<Opened, OpenError> {
    let name = shown(&options.url);
    let known: Vec<&str> = CLIENT.iter().map(|(ours, _)| *ours).chain([BATCH_DELAY, BATCH_SIZE]).collect();
    let found = url_options(&options.url, &known)?;
    let secret = ["secret_access_key", "session_token", "access_key_id"];
    let secrets =
        Secrets::new(found.iter().filter(|(key, _)| secret.contains(&key.as_str())).map(|(_, value)| value.clone()));
    let bucket = bucket(&options.url)?;
    let client = client(&name, bucket, &found)?;
    let delay = number(&name, &found, BATCH_DELAY)?.map(Duration::from_millis);
    let size = number(&name, &found, BATCH_SIZE)?.map(|bytes| bytes as usize);
    let failed =
        |e: tansu_storage::Error| OpenError::storage(format!("storage.url: {name}: {}", secrets.hide(&e.to_string())));
    let storage = DynoStore::new(&options.cluster_id, options.node_id, client)
        .and_then(|store| Ok(store.advertised_listener(advertised(options)?)))
        .map_err(failed)?;
    let storage = ProduceRequestBatcher::new(storage).with_maximum_delay(delay).with_minimum_size(size);
    let pinged = {
        let storage = storage.clone();
        tokio::spawn(async move { storage.ping().await })
    };
    match timeout(DEADLINE, pinged).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(e))) => {
            let why = secrets.hide(&reason(&e));
            return Err(OpenError::unreachable(format!(
                "storage.url: the bucket of {name} cannot be read: {why}. Check endpoint, region, bucket and keys, in \
                 the URL's options or in the environment (AWS_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, ...)."
            )));
        }
        Ok(Err(e)) => return Err(OpenError::storage(format!("storage.url: {name} failed while it was opened: {e}"))),
        Err(_) => {
            return Err(OpenError::unreachable(format!(
                "storage.url: {name} did not answer within {} s. Check endpoint and region, in the URL's options or \
                 in the environment (AWS_ENDPOINT, AWS_REGION).",
                DEADLINE.as_secs()
            )));
        }
    }
    Ok(Opened {
        storage: Arc::new(storage),
        traits: Traits { shared: true, holes: true },
        runtime: Handle::current(),
        held: Held::default(),
        secrets,
    })
}

fn bucket(url: &str) -> Result<String, OpenError> {
    let parsed = Url::parse(url).ok();
    let bucket = parsed.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
    let path = parsed.as_ref().map_or("", |url| url.path().trim_matches('/'));
    if bucket.is_empty() {
        return Err(OpenError::config(format!("storage.url: {} names no bucket. Use s3://BUCKET.", shown(url))));
    }
    if !path.is_empty() {
        return Err(OpenError::config(format!(
            "storage.url: {} has a path; the cluster id (cluster.id) is what tells clusters in one bucket apart.",
            shown(url)
        )));
    }
    Ok(bucket.to_owned())
}

fn client(name: &str, bucket: String, found: &[(String, String)]) -> Result<object_store::aws::AmazonS3, OpenError> {
    let mut builder = AmazonS3Builder::from_env();
    let allow_http = found.iter().any(|(key, value)| key == "allow_http" && value == "true");
    for (key, value) in found {
        let Some((_, theirs)) = CLIENT.iter().find(|(ours, _)| ours == key) else { continue };
        if ["allow_http", "virtual_hosted_style_request", "skip_signature"].contains(&key.as_str())
            && !["true", "false"].contains(&value.as_str())
        {
            return Err(OpenError::config(format!(
                "storage.url: option '{key}' of {name} is '{value}', not true or false"
            )));
        }
        let theirs = AmazonS3ConfigKey::from_str(theirs)
            .map_err(|e| OpenError::config(format!("storage.url: option '{key}' of {name}: {e}")))?;
        builder = builder.with_config(theirs, value);
    }
    if found.iter().any(|(key, value)| key == "endpoint" && value.starts_with("http://")) && !allow_http {
        return Err(OpenError::config(format!(
            "storage.url: the endpoint of {name} is not encrypted. Add allow_http=true if that is meant."
        )));
    }
    // A silent server would delay a produce for object_store's 30 s, the clients' timeout.
    let mut client = ClientOptions::new().with_connect_timeout(DEADLINE).with_read_timeout(RETRY);
    if let Some(allow) = builder.get_config_value(&AmazonS3ConfigKey::Client(object_store::ClientConfigKey::AllowHttp))
    {
        client = client.with_allow_http(allow == "true" || allow == "1");
    }
    builder
        .with_client_options(client)
        .with_retry(RetryConfig { retry_timeout: RETRY, ..RetryConfig::default() })
        .with_bucket_name(bucket)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .build()
        .map_err(|e| OpenError::config(format!("storage.url: {name}: {e}")))
}

fn number(name: &str, found: &[(String, String)], key: &str) -> Result<Option<u64>, OpenError> {
    let Some((_, value)) = found.iter().find(|(found, _)| found == key) else { return Ok(None) };
    match value.parse::<u32>() {
        Ok(number) => Ok(Some(u64::from(number))),
        Err(_) => Err(OpenError::config(format!("storage.url: option '{key}' of {name} is '{value}', not a number"))),
    }
}

/// Returns the innermost error, of the server or the network.
fn reason(error: &tansu_storage::Error) -> String {
    match error {
        tansu_storage::Error::ObjectStore(error) | tansu_storage::Error::NoCredentials(error) => error.to_string(),
        other => other.to_string(),
    }
}
