//! The `encode` function of a struct.

use super::model::{Field, Kind, Message, Struct, Type, When};
use super::names::uses_variable;
use super::reading::{flexible_binding, lengths};
use super::types::{differs_from_default, nullable, optional};
use std::fmt::Write;

/// Inherent function `encode` of one struct. Fields that the version does not have are omitted.
pub fn encode(message: &Message, s: &Struct) -> String {
    let flexible = message.flexible_within(s.versions);
    let mut body = String::new();
    for field in s.fields.iter().filter(|f| f.tag.is_none()) {
        let write = statement(message, s, field, lengths(&flexible, field));
        match When::of(field.versions, s.versions) {
            When::If(condition) => write!(body, "if {condition} {{ {write} }}"),
            _ => body.write_str(&write),
        }
        .expect("a String takes all");
    }
    let tags = tags(message, s);
    match flexible {
        When::Always => body.push_str(&tags),
        When::If(_) => write!(body, "if flexible {{ {tags} }}").expect("a String takes all"),
        When::Never => {}
    }
    let flexible = flexible_binding(&flexible, &body);
    let version = if uses_variable(&(body.clone() + &flexible), "version") { "version" } else { "_version" };
    let w = if body.is_empty() { "_w" } else { "w" };
    let signature = format!("pub fn encode(&self, {w}: &mut Writer, {version}: i16) -> Result<(), EncodeError>");
    format!("{signature} {{ {flexible} {body} Ok(()) }}")
}

fn tags(message: &Message, s: &Struct) -> String {
    let mut tagged: Vec<&Field> = s.fields.iter().filter(|f| f.tag.is_some()).collect();
    if tagged.is_empty() {
        return "w.uvarint(0);".to_owned();
    }
    tagged.sort_by_key(|f| f.tag);
    let within = super::model::Range { min: s.versions.min.max(message.flexible.min), ..s.versions };
    let (mut present, mut count, mut writes) = (String::new(), Vec::new(), String::new());
    for field in &tagged {
        let differs = differs_from_default(message, field);
        let has = format!("has_{}", field.name);
        match When::of(field.versions, within) {
            When::If(condition) => write!(present, "let {has} = {condition} && {differs};"),
            _ => write!(present, "let {has} = {differs};"),
        }
        .expect("a String takes all");
        let tag = field.tag.expect("filtered");
        let value = statement(message, s, field, "true");
        // A closure whose last statement can fail gives that back.
        let closure = match value.strip_suffix("?;").filter(|one| !one.contains(';')) {
            Some(one) => one.to_owned(),
            None => format!("{{ {value} Ok(()) }}"),
        };
        write!(writes, "if {has} {{ w.tag({tag}, |w| {closure})?; }}").expect("a String takes all");
        count.push(format!("u32::from({has})"));
    }
    format!("{present} w.uvarint({}); {writes}", count.join(" + "))
}

/// A statement that writes one field.
fn statement(message: &Message, s: &Struct, field: &Field, flexible: &str) -> String {
    let name = format!("self.{}", field.name);
    if message.kind == Kind::Response && field.name == "error_code" {
        return format!("w.error_code({name});");
    }
    if !optional(field) {
        return plain(message, &field.ty, &name, flexible);
    }
    let when = nullable(field, s);
    let write = match &field.ty {
        Type::String => format!("w.nullable_string({name}, {flexible})?;"),
        Type::Bytes => format!("w.nullable_bytes({name}, {flexible})?;"),
        Type::Records if message.kind == Kind::Request => format!("w.nullable_bytes({name}, {flexible})?;"),
        Type::Records => format!("w.nullable_records({name}, {flexible})?;"),
        Type::Array(element) => {
            format!(
                "w.nullable_array({name}.as_deref(), {flexible}, {})?;",
                element_closure(message, element, flexible)
            )
        }
        Type::Struct(_) => {
            let nullable = format!("w.nullable_struct({name}.as_ref(), |w, value| value.encode(w, version))?;");
            let value = format!("{name}.as_ref().ok_or(EncodeError::Null)?");
            return match when {
                When::If(condition) => {
                    format!("if {condition} {{ {nullable} }} else {{ {value}.encode(w, version)?; }}")
                }
                _ => nullable,
            };
        }
        Type::Number(..) | Type::Uuid => panic!("{}: a number cannot be null", field.name),
    };
    match when {
        When::If(condition) => format!("Writer::null_if({condition}, &{name})?; {write}"),
        _ => write,
    }
}

fn plain(message: &Message, ty: &Type, value: &str, flexible: &str) -> String {
    match ty {
        Type::Number(name, _) => format!("w.{name}({value});"),
        Type::Uuid => format!("w.uuid({value});"),
        Type::String => format!("w.string({value}, {flexible})?;"),
        Type::Bytes => format!("w.bytes({value}, {flexible})?;"),
        Type::Records if message.kind == Kind::Request => format!("w.bytes({value}, {flexible})?;"),
        Type::Records => format!("w.records({value}, {flexible})?;"),
        Type::Struct(_) => format!("{value}.encode(w, version)?;"),
        Type::Array(element) => {
            format!("w.array(&{value}, {flexible}, {})?;", element_closure(message, element, flexible))
        }
    }
}

fn element_closure(message: &Message, element: &Type, flexible: &str) -> String {
    let value = if matches!(element, Type::Number(..) | Type::Uuid) { "*value" } else { "value" };
    let write = match element {
        Type::Array(_) => plain(message, element, "(*value)", flexible),
        other => plain(message, other, value, flexible),
    };
    match write.strip_suffix("?;") {
        Some(one) => format!("|w, value| {one}"),
        None => format!("|w, value| {{ {write} Ok(()) }}"),
    }
}
