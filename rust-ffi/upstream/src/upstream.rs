//! Upstream's services and codec.

use std::{fmt, time::Duration};

use bytes::{Buf as _, Bytes};
use rama::Service as _;
use tansu_broker::{
    Error,
    coordinator::group::administrator::{Controller, GroupCoordinatorConfig},
    service,
};
use tansu_sans_io::{Body, Frame, Header};
use tansu_service::FrameRouteService;
use tansu_storage::ArcDynStorage;

use crate::answer::Request;

pub(crate) struct Upstream {
    route: FrameRouteService<Error>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upstream")
    }
}

impl Upstream {
    pub(crate) fn new(storage: ArcDynStorage, initial_rebalance_delay: Duration) -> Result<Upstream, Error> {
        let config = GroupCoordinatorConfig { initial_rebalance_delay, ..GroupCoordinatorConfig::default() };
        let builder = service::storage::services(FrameRouteService::<Error>::builder(), storage.clone())?;
        let builder = service::coordinator::services(builder, Controller::new(storage, config))?;
        Ok(Upstream { route: builder.build()? })
    }

    /// Decodes, answers, encodes.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Bytes, Error> {
        let body = self.serve(decode(request)?).await?;
        encode(request, body)
    }

    pub(crate) async fn serve(&self, frame: Frame) -> Result<Body, Error> {
        self.route.serve(frame).await.map(|frame| frame.body)
    }
}

pub(crate) fn decode(request: &Request) -> Result<Frame, Error> {
    let len = (request.frame.len() as u32).to_be_bytes();
    Ok(Frame::request_from_bytes((&len[..]).chain(request.frame.clone()))?)
}

pub(crate) fn encode(request: &Request, body: Body) -> Result<Bytes, Error> {
    let header = Header::Response { correlation_id: request.correlation_id };
    Ok(Frame::response(header, body, request.key, request.version)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, open};

    /// `docs/storages.md` lists these keys. A key that upstream routes may be served and is removed from the list.
    #[tokio::test]
    async fn what_upstream_does_not_route_is_as_documented() {
        let options = Options {
            url: "tansu+memory://".to_owned(),
            cluster_id: "tansu".to_owned(),
            node_id: 111,
            advertised: "localhost".to_owned(),
            advertised_port: 9092,
            group_initial_rebalance_delay: Duration::ZERO,
            num_partitions: 1,
            auto_create_topics: true,
        };
        let storage = open::open(&options).await.unwrap().storage;
        let upstream = Upstream::new(storage, Duration::ZERO).unwrap();
        let routed: Vec<i16> = upstream.route.api_keys().collect();
        // OffsetForLeaderEpoch, AlterConfigs, CreatePartitions, ElectLeaders, OffsetDelete, ConsumerGroupHeartbeat,
        // ShareGroupHeartbeat.
        for key in [23, 33, 37, 43, 47, 68, 76] {
            assert!(!routed.contains(&key), "{key}");
        }
    }
}
