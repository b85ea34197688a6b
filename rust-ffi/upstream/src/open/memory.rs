//! `tansu+memory://`: upstream's object storage over a map in memory.

use tansu_storage_dynostore::MemoryEngineFactory;
use tokio::runtime::Handle;
use url::Url;

use super::{Held, Opened, Traits, build, options::options as url_options};
use crate::{Options, error::OpenError, redact::Secrets};

pub(super) async fn open(options: &Options) -> Result<Opened, OpenError> {
    url_options(&options.url, &[])?;
    let url = Url::parse("memory://tansu/").expect("a constant");
    let storage = build(options, MemoryEngineFactory, url)
        .await
        .map_err(|e| OpenError::storage(format!("storage.url: the storage in memory does not start: {e}")))?;
    Ok(Opened {
        storage,
        traits: Traits { shared: false, holes: true },
        runtime: Handle::current(),
        held: Held::default(),
        secrets: Secrets::default(),
    })
}
