//! Upstream's own broker with its own loop, on one worker thread as ours: what `overhead.py` compares the shell with.
//! `upstream_broker PORT STORAGE_URL`; ends on SIGINT or SIGTERM. Built as an example of the crate `tansu`.

use tansu_broker::{broker::Broker, coordinator::group::administrator::Controller};
use tansu_storage::ArcDynStorage;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (Some(port), Some(storage)) = (args.next(), args.next()) else {
        return Err("usage: upstream_broker PORT STORAGE_URL".into());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(serve(
        Url::parse(&format!("tcp://127.0.0.1:{port}"))?,
        Url::parse(&storage)?,
    ))
}

async fn serve(listener: Url, storage: Url) -> Result<(), Failure> {
    Broker::<Controller<ArcDynStorage>, ArcDynStorage>::builder()
        .node_id(111)
        .cluster_id("tansu")
        .incarnation_id(Uuid::nil())
        .advertised_listener(listener.clone())
        .listener(listener)
        .storage(storage)
        .silent(true)
        .build()
        .await?
        .main(Instant::now())
        .await?;
    Ok(())
}
