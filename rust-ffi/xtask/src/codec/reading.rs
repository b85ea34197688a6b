//! The `decode` function of a struct.

use super::model::{Field, Kind, Message, Struct, Type, When};
use super::names::uses_variable;
use super::types::{default, nullable, optional, smallest};
use std::fmt::Write;

/// Inherent function `decode` of one struct.
pub fn decode(message: &Message, s: &Struct, lifetime: &str) -> String {
    let flexible = message.flexible_within(s.versions);
    let mut body = String::new();
    let mut untagged = String::new();
    for field in s.fields.iter().filter(|f| f.tag.is_none()) {
        let when = When::of(field.versions, s.versions);
        let value = value(message, s, field, lengths(&flexible, field));
        let value = match when {
            When::If(condition) => {
                format!("if {condition} {{ {value} }} else {{ {} }}", default(message, field).0)
            }
            _ => value,
        };
        writeln!(untagged, "{}: {value},", field.name).expect("a String takes all");
    }
    let tagged: Vec<&Field> = s.fields.iter().filter(|f| f.tag.is_some()).collect();
    let tags = tags(message, s, &tagged);
    let rest = if tagged.is_empty() { "" } else { "..Self::default()" };
    let literal = format!("Self {{ {untagged} {rest} }}");
    match &flexible {
        When::Never => write!(body, "Ok({literal})"),
        _ => {
            let binding = if tagged.is_empty() { "let" } else { "let mut" };
            let tags = if let When::If(_) = flexible { format!("if flexible {{ {tags} }}") } else { tags };
            write!(body, "{binding} message = {literal}; {tags} Ok(message)")
        }
    }
    .expect("a String takes all");
    let flexible = flexible_binding(&flexible, &body);
    let version = if uses_variable(&(body.clone() + &flexible), "version") { "version" } else { "_version" };
    format!(
        "pub fn decode(r: &mut Reader<{lifetime}>, {version}: i16) -> Result<Self, DecodeError> {{ {flexible} {body} }}"
    )
}

/// Returns `let flexible = ...;` if the body uses it.
pub fn flexible_binding(flexible: &When, body: &str) -> String {
    match flexible {
        When::If(condition) if uses_variable(body, "flexible") => format!("let flexible = {condition};"),
        _ => String::new(),
    }
}

/// Returns the expression for "lengths are compact" of one field.
pub fn lengths(flexible: &When, field: &Field) -> &'static str {
    match flexible {
        _ if field.never_flexible => "false",
        When::Always => "true",
        When::Never => "false",
        When::If(_) => "flexible",
    }
}

fn tags(message: &Message, s: &Struct, tagged: &[&Field]) -> String {
    if tagged.is_empty() {
        return "r.skip_tags()?;".to_owned();
    }
    let mut arms = String::new();
    for field in tagged {
        let tag = field.tag.expect("chosen by the caller");
        let value = value(message, s, field, "true");
        // Kafka closes the connection over a tag that it knows, but not in this version.
        let within = super::model::Range { min: s.versions.min.max(message.flexible.min), ..s.versions };
        if let When::If(condition) = When::of(field.versions, within) {
            let not = format!("{tag} if {} => return Err(DecodeError::TagVersion),", When::negated(&condition));
            arms.push_str(&not);
        }
        write!(arms, "{tag} => message.{} = {value},", field.name).expect("a String takes all");
    }
    format!("r.tags(|tag, r| {{ match tag {{ {arms} _ => return Ok(false), }} Ok(true) }})?;")
}

/// An expression that reads one field.
fn value(message: &Message, s: &Struct, field: &Field, flexible: &str) -> String {
    if !optional(field) {
        return plain(message, &field.ty, flexible);
    }
    let when = nullable(field, s);
    let value = match &field.ty {
        Type::String => format!("r.nullable_string({flexible})?"),
        Type::Bytes => format!("r.nullable_bytes({flexible})?"),
        Type::Records if message.kind == Kind::Request => format!("r.nullable_bytes({flexible})?"),
        Type::Records => format!("r.nullable_bytes({flexible})?.map(Records::Whole)"),
        Type::Array(element) => {
            format!("r.nullable_array({flexible}, {})?", array_arguments(message, element, flexible))
        }
        Type::Struct(name) => {
            let nullable = format!("r.nullable_struct(|r| {name}::decode(r, version))?");
            // The marker is there only in the versions that allow null.
            return match when {
                When::If(condition) => {
                    format!("if {condition} {{ {nullable} }} else {{ Some({name}::decode(r, version)?) }}")
                }
                _ => nullable,
            };
        }
        Type::Number(..) | Type::Uuid => panic!("{}: a number cannot be null", field.name),
    };
    match when {
        When::If(condition) => format!("Reader::null_if({condition}, {value})?"),
        _ => value,
    }
}

fn plain(message: &Message, ty: &Type, flexible: &str) -> String {
    match ty {
        Type::Number(name, _) => format!("r.{name}()?"),
        Type::Uuid => "r.uuid()?".to_owned(),
        Type::String => format!("r.string({flexible})?"),
        Type::Bytes => format!("r.bytes({flexible})?"),
        Type::Records if message.kind == Kind::Request => format!("r.bytes({flexible})?"),
        Type::Records => format!("Records::Whole(r.bytes({flexible})?)"),
        Type::Struct(name) => format!("{name}::decode(r, version)?"),
        Type::Array(element) => format!("r.array({flexible}, {})?", array_arguments(message, element, flexible)),
    }
}

/// Returns the smallest size of an element, and the expression that reads one.
fn array_arguments(message: &Message, element: &Type, flexible: &str) -> String {
    let read = match element {
        Type::Number(name, _) => format!("Reader::{name}"),
        Type::Uuid => "Reader::uuid".to_owned(),
        other => {
            let read = plain(message, other, flexible);
            format!("|r| {}", read.strip_suffix('?').expect("all of these can fail"))
        }
    };
    format!("{}, {read}", smallest(message, element))
}
