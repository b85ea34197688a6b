//! The command table. A new command is a row here and does not change the ABI.

use crate::command::Command;
use crate::command_args::{Arg, Args, Type};
use crate::config;
use crate::failure::Outcome;
use crate::instance::Instance;
use crate::version;
use broker::settings::table;
use serde_json::{Value, json};

pub(crate) const TABLE: &[Command] = &[
    Command {
        name: "info",
        doc: "Describes the broker and its build: state, port, bootstrap, storage, APIs, storages, and \
              settings: key, value, type, default, min, max, values (allowed values of a text or of an element of a \
              list; any if empty), dynamic (whether Kafka's clients may alter it on memory: and file:), secret, doc.",
        args: &[],
        blocks: false,
        run: info,
    },
    Command {
        name: "topics.list",
        doc: "Lists all topics with their partitions: id, log_start (first kept offset), high_watermark (next offset).",
        args: &[],
        blocks: true,
        run: topics_list,
    },
    Command {
        name: "topics.create",
        doc: "Creates a topic and returns it.",
        args: &[
            Arg { name: "name", kind: Type::Text, required: true, doc: "name of the topic" },
            Arg {
                name: "partitions",
                kind: Type::Int(1, 10_000),
                required: false,
                doc: "number of partitions; default: the setting num.partitions",
            },
            Arg { name: "configs", kind: Type::TextMap, required: false, doc: "topic configs by Kafka's names" },
        ],
        blocks: true,
        run: topics_create,
    },
    Command {
        name: "metrics",
        doc: "Lists the counters since the start: name and value.",
        args: &[],
        blocks: false,
        run: metrics,
    },
];

fn info(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
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

fn topics_list(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
    let topics = instance.broker.topics()?;
    Ok(json!({ "topics": topics.iter().map(topic).collect::<Vec<_>>() }))
}

fn topics_create(instance: &Instance, args: Args<'_>) -> Outcome<Value> {
    let partitions = args.int("partitions").and_then(|n| i32::try_from(n).ok());
    let created = instance.broker.create_topic(args.text("name"), partitions, &args.text_map("configs"))?;
    Ok(topic(&created))
}

fn topic(topic: &broker::Topic) -> Value {
    let partition =
        |p: &broker::Partition| json!({ "id": p.id, "log_start": p.log_start, "high_watermark": p.high_watermark });
    json!({
        "name": topic.name,
        "id": topic.id,
        "partitions": topic.partitions.iter().map(partition).collect::<Vec<_>>(),
    })
}

fn metrics(instance: &Instance, _: Args<'_>) -> Outcome<Value> {
    let metrics = instance.broker.metrics();
    Ok(json!({ "metrics": metrics.iter().map(|m| json!({ "name": m.name, "value": m.value })).collect::<Vec<_>>() }))
}
