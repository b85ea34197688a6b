//! Rust types, defaults and smallest sizes of fields.

use super::model::{Field, Kind, Message, Range, Struct, Type, When};

/// Returns whether a field can be null and is an `Option`.
pub fn optional(field: &Field) -> bool {
    !field.nullable.is_empty()
}

/// Returns the versions of the field in which null is allowed.
pub fn nullable(field: &Field, s: &Struct) -> When {
    When::of(field.nullable, field.versions.and(s.versions))
}

pub fn rust_type(message: &Message, field: &Field) -> String {
    let plain = plain_type(message, &field.ty);
    if optional(field) { format!("Option<{plain}>") } else { plain }
}

fn plain_type(message: &Message, ty: &Type) -> String {
    match ty {
        Type::Number(name, _) => (*name).to_owned(),
        Type::Uuid => "Uuid".to_owned(),
        Type::String => "&'a str".to_owned(),
        Type::Bytes => "&'a [u8]".to_owned(),
        Type::Records if message.kind == Kind::Request => "&'a [u8]".to_owned(),
        Type::Records => "Records<'a>".to_owned(),
        Type::Struct(name) if borrows(message, name) => format!("{name}<'a>"),
        Type::Struct(name) => name.clone(),
        Type::Array(element) => format!("Vec<{}>", plain_type(message, element)),
    }
}

/// Whether a struct borrows from the frame. (No schema has a struct within itself.)
pub fn borrows(message: &Message, name: &str) -> bool {
    fn type_borrows(message: &Message, ty: &Type) -> bool {
        match ty {
            Type::String | Type::Bytes | Type::Records => true,
            Type::Struct(name) => borrows(message, name),
            Type::Array(element) => type_borrows(message, element),
            Type::Number(..) | Type::Uuid => false,
        }
    }
    message.find(name).fields.iter().any(|field| type_borrows(message, &field.ty))
}

/// Returns the default of a field, and whether it equals `Default` of its Rust type.
pub fn default(message: &Message, field: &Field) -> (String, bool) {
    let (plain, usual) = match (field.default.as_deref(), &field.ty) {
        (Some("null"), _) => return ("None".to_owned(), true),
        (Some(text), Type::Number("bool", _)) => (text.to_owned(), text == "false"),
        (Some(text), Type::Number(..)) => (number(text), text == "0"),
        (Some(text), Type::String) => (format!("{text:?}"), text.is_empty()),
        (Some(text), ty) => panic!("default {text} of {ty:?} is not understood"),
        (None, ty) => (type_default(message, ty), true),
    };
    if optional(field) { (format!("Some({plain})"), false) } else { (plain, usual) }
}

fn number(text: &str) -> String {
    match text {
        "9223372036854775807" => "i64::MAX".to_owned(),
        "-2147483648" => "i32::MIN".to_owned(),
        "0x7fffffff" => "i32::MAX".to_owned(),
        other => other.to_owned(),
    }
}

fn type_default(message: &Message, ty: &Type) -> String {
    match ty {
        Type::Number("bool", _) => "false".to_owned(),
        Type::Number("f64", _) => "0.0".to_owned(),
        Type::Number(..) => "0".to_owned(),
        Type::Uuid => "Uuid::ZERO".to_owned(),
        Type::String => "\"\"".to_owned(),
        Type::Bytes => "&[]".to_owned(),
        Type::Records if message.kind == Kind::Request => "&[]".to_owned(),
        Type::Records => "Records::default()".to_owned(),
        Type::Struct(name) => format!("{name}::default()"),
        Type::Array(_) => "Vec::new()".to_owned(),
    }
}

/// Returns the condition on `self` for writing a tagged field: it differs from its default.
pub fn differs_from_default(message: &Message, field: &Field) -> String {
    let name = &field.name;
    let (default, usual) = default(message, field);
    match &field.ty {
        _ if default == "None" => format!("self.{name}.is_some()"),
        Type::Number("bool", _) if usual => format!("self.{name}"),
        Type::Array(_) | Type::String | Type::Bytes if usual => format!("!self.{name}.is_empty()"),
        _ => format!("self.{name} != {default}"),
    }
}

/// Returns the smallest size of a value in any version, for comparing a count with the remaining bytes.
pub fn smallest(message: &Message, ty: &Type) -> usize {
    // A compact length takes one byte at least, a classic one two or four.
    let classic = message.flexible.and(message.versions).is_empty();
    match ty {
        Type::Number(_, size) => *size,
        Type::Uuid => 16,
        Type::String => 1 + usize::from(classic),
        Type::Bytes | Type::Records | Type::Array(_) => 1 + 3 * usize::from(classic),
        Type::Struct(name) => {
            let s = message.find(name);
            let always =
                s.fields.iter().filter(|f| f.tag.is_none() && When::of(f.versions, s.versions) == When::Always);
            let fields: usize = always
                // A null struct is its marker alone.
                .map(|f| if optional(f) && matches!(f.ty, Type::Struct(_)) { 1 } else { smallest(message, &f.ty) })
                .sum();
            let tags = usize::from(message.flexible_within(s.versions) == When::Always);
            (fields + tags).max(1)
        }
    }
}

/// Whether any struct of the message has such a type: decides what a file imports.
pub fn uses(message: &Message, wanted: &Type) -> bool {
    fn holds(ty: &Type, wanted: &Type) -> bool {
        ty == wanted || matches!(ty, Type::Array(element) if holds(element, wanted))
    }
    message.structs.iter().flat_map(|s| &s.fields).any(|field| holds(&field.ty, wanted))
}

/// Returns the versions of a field for its comment; `None` if they are those of its struct.
pub fn versions_note(field: &Field, s: &Struct, message: Range) -> Option<String> {
    let range = field.versions.and(s.versions);
    if range == s.versions {
        return None;
    }
    let open = Range { min: range.min, max: if range.max == message.max { i16::MAX } else { range.max } };
    Some(open.to_string())
}
