//! Arguments of commands: declared in the command table and checked here before the command runs.

use crate::failure::{Failure, Outcome};
use crate::status::TANSU_E_INVALID_ARG;
use serde_json::{Map, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    /// A whole number in a range, both ends included.
    Int(i64, i64),
    /// An object whose values are text.
    TextMap,
}

pub(crate) struct Arg {
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    pub doc: &'static str,
}

impl Arg {
    pub fn line(&self) -> String {
        let need = if self.required { "required" } else { "optional" };
        format!("{} ({}, {need}): {}", self.name, self.kind.wanted(), self.doc)
    }
}

impl Type {
    fn wanted(self) -> String {
        match self {
            Type::Text => "a string".to_owned(),
            Type::Int(min, max) => format!("a whole number from {min} to {max}"),
            Type::TextMap => "an object of strings".to_owned(),
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Type::Text => value.is_string(),
            Type::Int(min, max) => value.as_i64().is_some_and(|n| (min..=max).contains(&n)),
            Type::TextMap => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
        }
    }
}

/// Checked arguments.
pub(crate) struct Args<'a>(pub &'a Map<String, Value>);

impl Args<'_> {
    /// A required text; `parse` has checked that it is present.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub fn text_map(&self, name: &str) -> Vec<(String, String)> {
        let map = self.0.get(name).and_then(Value::as_object);
        map.into_iter().flatten().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect()
    }
}

/// Parses and checks arguments. An error names the command and the field. A null counts as omitted.
pub(crate) fn parse(command: &str, wanted: &[Arg], json: &str) -> Outcome<Map<String, Value>> {
    let bad = |what: String| Failure::new(TANSU_E_INVALID_ARG, format!("{command}: {what}"));
    let value: Value = serde_json::from_str(json).map_err(|e| bad(format!("args_json is not JSON: {e}")))?;
    let Value::Object(mut args) = value else { return Err(bad("args_json is not a JSON object".to_owned())) };
    args.retain(|_, value| !value.is_null());
    for (name, value) in &args {
        let Some(arg) = wanted.iter().find(|a| a.name == name) else {
            let known: Vec<_> = wanted.iter().map(|a| a.name).collect();
            let known =
                if known.is_empty() { "it takes none".to_owned() } else { format!("known: {}", known.join(", ")) };
            return Err(bad(format!("unknown argument {name:?}; {known}")));
        };
        if !arg.kind.fits(value) {
            return Err(bad(format!("{name} is {}; it must be {}", short(value), arg.kind.wanted())));
        }
    }
    match wanted.iter().find(|a| a.required && !args.contains_key(a.name)) {
        Some(arg) => Err(bad(format!("{} is missing; it must be {}", arg.name, arg.kind.wanted()))),
        None => Ok(args),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { text.chars().take(60).collect::<String>() + "..." } else { text }
}
