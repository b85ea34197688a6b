//! Reads Kafka's JSON schemas into the model. An unknown construct is an error.

use super::Fallible;
use super::model::{Api, Field, Kind, Message, Range, Struct, Type};
use super::names::snake;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use wire::api::TABLE;

/// Returns the APIs of the table, in its order.
pub fn load(dir: &Path) -> Fallible<Vec<Api>> {
    let mut messages = BTreeMap::new();
    for entry in std::fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let message =
            message(&std::fs::read_to_string(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        if let Some(message) = message {
            messages.insert((message.key, message.kind == Kind::Response), message);
        }
    }
    let mut apis = Vec::new();
    for row in TABLE {
        let mut take = |response| {
            messages.remove(&(row.key, response)).ok_or_else(|| format!("no schema of {} ({})", row.name, row.key))
        };
        let (request, response) = (take(false)?, take(true)?);
        let name = request.name.strip_suffix("Request").ok_or("a request whose name does not end on Request")?;
        apis.push(Api { name: name.to_owned(), request, response });
    }
    Ok(apis)
}

/// The named keys and values of coordinator records, in the order of the names.
pub fn load_records(dir: &Path, names: &[&str]) -> Fallible<Vec<Message>> {
    let load = |name: &&str| -> Fallible<Message> {
        let path = dir.join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let message = message(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let record = message.filter(|message| message.kind == Kind::Record);
        record.ok_or_else(|| format!("{} is not the schema of a coordinator record", path.display()).into())
    };
    names.iter().map(load).collect()
}

/// `None` for schemas of other kinds, and for requests that were removed.
fn message(schema: &str) -> Fallible<Option<Message>> {
    let json = without_comments(schema)?;
    let kind = match text(&json, "type")? {
        "request" => Kind::Request,
        "response" => Kind::Response,
        "coordinator-key" | "coordinator-value" => Kind::Record,
        _ => return Ok(None),
    };
    let versions = range(text(&json, "validVersions")?)?;
    if versions.is_empty() {
        return Ok(None);
    }
    let mut message = Message {
        kind,
        key: i16::try_from(json["apiKey"].as_i64().ok_or("no apiKey")?)?,
        name: text(&json, "name")?.to_owned(),
        versions,
        flexible: range(text(&json, "flexibleVersions")?)?,
        latest_unstable: json["latestVersionUnstable"].as_bool().unwrap_or(false),
        structs: Vec::new(),
    };
    let name = message.name.clone();
    add_struct(&mut message, &name, "", &json)?;
    for common in json["commonStructs"].as_array().into_iter().flatten() {
        add_struct(&mut message, text(common, "name")?, "", common)?;
    }
    for field in message.structs.iter().flat_map(|s| &s.fields) {
        if let Some(name) = field.ty.struct_name()
            && !message.structs.iter().any(|s| s.name == name)
        {
            return Err(format!("{}: no struct is called {name}", field.name).into());
        }
    }
    narrow(&mut message);
    Ok(Some(message))
}

/// The schemas are JSON with whole-line comments.
fn without_comments(text: &str) -> Fallible<Value> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    Ok(serde_json::from_str(&lines.join("\n"))?)
}

fn text<'a>(json: &'a Value, key: &str) -> Fallible<&'a str> {
    json[key].as_str().ok_or_else(|| format!("no {key} in {json}").into())
}

fn range(text: &str) -> Fallible<Range> {
    if text == "none" {
        return Ok(Range::NONE);
    }
    if let Some(min) = text.strip_suffix('+') {
        return Ok(Range { min: min.parse()?, max: i16::MAX });
    }
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    Ok(Range { min: min.parse()?, max: max.parse()? })
}

fn optional_range(json: &Value, key: &str) -> Fallible<Range> {
    json[key].as_str().map_or(Ok(Range::NONE), range)
}

fn add_struct(message: &mut Message, name: &str, about: &str, json: &Value) -> Fallible<()> {
    if message.structs.iter().any(|s| s.name == name) {
        return Err(format!("two structs are called {name}").into());
    }
    let place = message.structs.len();
    message.structs.push(Struct {
        name: name.to_owned(),
        about: about.to_owned(),
        versions: Range::NONE,
        fields: Vec::new(),
    });
    for json in json["fields"].as_array().ok_or("a struct without fields")? {
        let field = field(message, json)?;
        if json["fields"].is_array() {
            let name = field.ty.struct_name().ok_or("fields in a field that is no struct")?.to_owned();
            add_struct(message, &name, &field.about, json)?;
        }
        message.structs[place].fields.push(field);
    }
    Ok(())
}

fn field(message: &Message, json: &Value) -> Fallible<Field> {
    let name = text(json, "name")?;
    let tagged = optional_range(json, "taggedVersions")?;
    // As in Kafka's generator, a tagged field may leave out its versions.
    let versions =
        if json["versions"].is_null() && !tagged.is_empty() { tagged } else { range(text(json, "versions")?)? };
    let tag = json["tag"].as_u64().map(u32::try_from).transpose()?;
    if tag.is_some() != json["taggedVersions"].is_string() {
        return Err(format!("{name}: tag without taggedVersions or the reverse").into());
    }
    if tag.is_some() && tagged.and(message.versions) != versions.and(message.versions) {
        return Err(format!("{name}: tagged in a part of its versions only, which is not understood").into());
    }
    let default = match &json["default"] {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()),
        other => Some(other.to_string()),
    };
    let never_flexible = match json["flexibleVersions"].as_str() {
        None => false,
        Some("none") => true,
        Some(other) => return Err(format!("{name}: flexibleVersions {other} is not understood").into()),
    };
    Ok(Field {
        name: snake(name),
        about: json["about"].as_str().unwrap_or_default().trim().to_owned(),
        ty: parse_type(text(json, "type")?),
        versions,
        nullable: optional_range(json, "nullableVersions")?,
        tag,
        default,
        never_flexible,
    })
}

fn parse_type(name: &str) -> Type {
    if let Some(element) = name.strip_prefix("[]") {
        return Type::Array(Box::new(parse_type(element)));
    }
    match name {
        "bool" => Type::Number("bool", 1),
        "int8" => Type::Number("i8", 1),
        "int16" => Type::Number("i16", 2),
        "uint16" => Type::Number("u16", 2),
        "int32" => Type::Number("i32", 4),
        "uint32" => Type::Number("u32", 4),
        "int64" => Type::Number("i64", 8),
        "float64" => Type::Number("f64", 8),
        "uuid" => Type::Uuid,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "records" => Type::Records,
        name => Type::Struct(name.to_owned()),
    }
}

/// Sets the versions of each struct to those of its users, and removes fields outside of them.
fn narrow(message: &mut Message) {
    message.structs[0].versions = message.versions;
    // Structs are held by others: until nothing widens any more.
    loop {
        let before: Vec<Range> = message.structs.iter().map(|s| s.versions).collect();
        for (holder, &versions) in before.iter().enumerate() {
            let held: Vec<(String, Range)> = message.structs[holder]
                .fields
                .iter()
                .filter_map(|f| Some((f.ty.struct_name()?.to_owned(), f.versions.and(versions))))
                .collect();
            for (name, versions) in held {
                let held = message.structs.iter_mut().find(|s| s.name == name).expect("checked by the caller");
                held.versions = held.versions.or(versions);
            }
        }
        if message.structs.iter().map(|s| s.versions).eq(before) {
            break;
        }
    }
    message.structs.retain(|s| !s.versions.is_empty());
    for s in &mut message.structs {
        s.fields.retain(|field| !field.versions.and(s.versions).is_empty());
        for field in &mut s.fields {
            field.nullable = field.nullable.and(field.versions).and(s.versions);
        }
    }
}

#[cfg(test)]
mod tests;
