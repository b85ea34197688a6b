//! `info`: the broker, its settings and its build.

use serde_json::{Value, json};

use super::Command;
use crate::{command_args::Args, config, failure::Outcome, instance::Instance, version};
use broker::settings::table;

pub(super) const COMMAND: Command = Command {
    name: "info",
    doc: "Describes the broker and its build: state, port, bootstrap, storage, APIs, storages, and \
          settings: key, value, type, default, min, max, values (allowed values of a text or of an element of a \
          list; any if empty), dynamic (whether Kafka's clients may alter it on memory: and file:), secret, doc.",
    args: &[],
    blocks: false,
    run,
};

fn run(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
    let info = instance.broker.info();
    let apis = info.apis.iter().map(|api| {
        let name = broker::api_name(api.key);
        json!({ "key": api.key, "name": name, "min_version": api.min, "max_version": api.max })
    });
    Ok(json!({
        "build": version::build_info(),
        "state": instance.state(),
        "port": info.port,
        "bootstrap": info.bootstrap,
        "storage_url": info.storage_url,
        "cluster_id": info.cluster_id,
        "node_id": info.node_id,
        "apis": apis.collect::<Vec<_>>(),
        "settings": settings(instance),
        "storages": storages(instance),
    }))
}

fn settings(instance: &Instance) -> Vec<Value> {
    let row = |s: &broker::settings::Setting| {
        let (min, max) = config::range(s.kind).unzip();
        json!({
            "key": s.key,
            "value": instance.broker.setting(s.key),
            "type": config::type_name(s.kind),
            "default": s.default,
            "min": min,
            "max": max,
            "values": s.values,
            "dynamic": s.dynamic,
            "secret": s.secret,
            "doc": s.doc,
        })
    };
    table().iter().map(row).collect()
}

fn storages(instance: &Instance) -> Vec<Value> {
    let row = |s: broker::Storage| {
        let broker::Storage { scheme, doc, experimental, available } = s;
        json!({ "scheme": scheme, "doc": doc, "experimental": experimental, "available": available })
    };
    instance.broker.storages().into_iter().map(row).collect()
}
