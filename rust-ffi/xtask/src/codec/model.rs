//! The model of a schema for the generator.

/// Both ends included; empty if `min > max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub min: i16,
    pub max: i16,
}

impl Range {
    pub const NONE: Range = Range { min: 0, max: -1 };

    pub fn and(self, other: Range) -> Range {
        Range { min: self.min.max(other.min), max: self.max.min(other.max) }
    }

    /// Returns the smallest range that contains both.
    pub fn or(self, other: Range) -> Range {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Range { min: self.min.min(other.min), max: self.max.max(other.max) },
        }
    }

    pub fn is_empty(self) -> bool {
        self.min > self.max
    }
}

/// As in Kafka's own schemas: `4`, `4-7`, and `4+` without an end.
impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            (min, max) if min == max => write!(f, "{min}"),
            (min, i16::MAX) => write!(f, "{min}+"),
            (min, max) => write!(f, "{min}-{max}"),
        }
    }
}

/// The condition for a version to be in a range, if it is in the range of its struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    Never,
    /// A Rust condition on `version`.
    If(String),
}

impl When {
    pub fn of(range: Range, within: Range) -> When {
        let both = range.and(within);
        if both.is_empty() {
            return When::Never;
        }
        match (both.min > within.min, both.max < within.max) {
            (false, false) => When::Always,
            (true, false) => When::If(format!("version >= {}", both.min)),
            (false, true) => When::If(format!("version <= {}", both.max)),
            (true, true) if both.min == both.max => When::If(format!("version == {}", both.min)),
            (true, true) => When::If(format!("({}..={}).contains(&version)", both.min, both.max)),
        }
    }

    /// The negation of the condition in `If`, in clippy's form.
    pub fn negated(condition: &str) -> String {
        for (operator, opposite) in [("version >= ", "version < "), ("version <= ", "version > "), ("==", "!=")] {
            if condition.contains(operator) {
                return condition.replace(operator, opposite);
            }
        }
        format!("!{condition}")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Request,
    Response,
    /// Key or value of a record that a coordinator writes.
    Record,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`, `i32`, ...: the Rust name and the bytes on the wire.
    Number(&'static str, usize),
    Uuid,
    String,
    Bytes,
    Records,
    Struct(String),
    Array(Box<Type>),
}

impl Type {
    /// Returns the innermost struct, if any.
    pub fn struct_name(&self) -> Option<&str> {
        match self {
            Type::Struct(name) => Some(name),
            Type::Array(element) => element.struct_name(),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Field {
    /// In snake case, as in Rust.
    pub name: String,
    pub about: String,
    pub ty: Type,
    pub versions: Range,
    /// Where null is allowed.
    pub nullable: Range,
    /// Set for tagged fields.
    pub tag: Option<u32>,
    /// As the schema spells it; `None` means the type's own.
    pub default: Option<String>,
    /// `flexibleVersions: none` on a field: its length is classic in every version.
    pub never_flexible: bool,
}

#[derive(Clone, Debug)]
pub struct Struct {
    pub name: String,
    pub about: String,
    /// The versions in which the message has this struct at all.
    pub versions: Range,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub kind: Kind,
    pub key: i16,
    pub name: String,
    pub versions: Range,
    pub flexible: Range,
    pub latest_unstable: bool,
    /// The message itself first, then its structs in the order in which the schema has them.
    pub structs: Vec<Struct>,
}

impl Message {
    pub fn find(&self, name: &str) -> &Struct {
        self.structs.iter().find(|s| s.name == name).expect("schema::load has checked all names")
    }

    /// Whether lengths are compact, within the versions of one struct.
    pub fn flexible_within(&self, within: Range) -> When {
        When::of(self.flexible, within)
    }

    pub fn file(&self) -> String {
        super::names::snake(&self.name)
    }
}

/// A request and its response.
#[derive(Clone, Debug)]
pub struct Api {
    /// Without `Request`.
    pub name: String,
    pub request: Message,
    pub response: Message,
}
