//! The text of the generated files.

use super::mend::MARK;
use super::model::{Api, Field, Kind, Message, Struct, Type, When};
use super::types::{borrows, default, optional, rust_type, uses, versions_note};
use super::{Fallible, Files, KAFKA, reading, writing};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Where the modules lie in the repository.
pub const FOLDER: &str = "rust-ffi/wire/src/message";

/// Where the modules of coordinator records lie in the repository.
pub const RECORDS_FOLDER: &str = "rust-ffi/wire/src/coordinator";

/// The records of `__consumer_offsets` that the engine writes and reads.
pub const GROUP_RECORDS: &[&str] = &[
    "ConsumerGroupCurrentMemberAssignmentKey",
    "ConsumerGroupCurrentMemberAssignmentValue",
    "ConsumerGroupMemberMetadataKey",
    "ConsumerGroupMemberMetadataValue",
    "ConsumerGroupMetadataKey",
    "ConsumerGroupMetadataValue",
    "ConsumerGroupRegularExpressionKey",
    "ConsumerGroupRegularExpressionValue",
    "ConsumerGroupTargetAssignmentMemberKey",
    "ConsumerGroupTargetAssignmentMemberValue",
    "ConsumerGroupTargetAssignmentMetadataKey",
    "ConsumerGroupTargetAssignmentMetadataValue",
    "GroupMetadataKey",
    "GroupMetadataValue",
    "OffsetCommitKey",
    "OffsetCommitValue",
];

/// The records of `__transaction_state`.
pub const TRANSACTION_RECORDS: &[&str] = &["TransactionLogKey", "TransactionLogValue"];

/// Modules beside the generated ones, written by hand.
const BY_HAND: &[&str] = &[CHECK];
const CHECK: &str = "check";

/// Only tests and fake clients write requests and read responses.
const CLIENT: &str = "#[cfg(any(test, feature = \"client\"))]";

/// Only those that serve more than the engine does, and tests, compile the other messages.
const ALL_APIS: &str = "#[cfg(any(test, feature = \"all-apis\"))]";

/// The keys that the engine serves, and ApiVersions. One that is missing here does not compile in the engine; one too
/// many costs every cold build of the library.
const ENGINE: &[i16] = &[
    0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
    35, 37, 42, 43, 44, 45, 46, 47, 55, 57, 60, 61, 64, 65, 66, 68, 69, 71, 72, 74, 75, 80, 81,
];

pub fn files(apis: &[Api], records: &[Message]) -> Fallible<Files> {
    let mut files = Files::new();
    for message in apis.iter().flat_map(|api| [&api.request, &api.response]) {
        files.insert(format!("{FOLDER}/{}.rs", message.file()), file(message)?);
    }
    files.insert(format!("{FOLDER}/request.rs"), dispatch(apis, Kind::Request)?);
    files.insert(format!("{FOLDER}/response.rs"), dispatch(apis, Kind::Response)?);
    files.insert(format!("{FOLDER}.rs"), root(apis)?);
    for record in records {
        files.insert(format!("{RECORDS_FOLDER}/{}.rs", record.file()), file(record)?);
    }
    files.insert(format!("{RECORDS_FOLDER}.rs"), records_root(records)?);
    Ok(files)
}

const RECORDS_COMMENT: &str = "\
//! Keys and values of the records that coordinators write: a file for each schema. A key begins with its type (`KEY`),
//! a value with its version, both as `i16`.

";

fn records_root(records: &[Message]) -> Fallible<String> {
    let mut text = head();
    text.push_str(RECORDS_COMMENT);
    for record in records {
        writeln!(text, "pub mod {};", record.file())?;
    }
    Ok(text)
}

fn head() -> String {
    format!("{MARK} from Apache Kafka {KAFKA}'s schemas. Do not edit.\n")
}

const ROOT_COMMENT: &str = "\
//! Kafka's messages: a file for each schema. Requests borrow the frame they were read from; responses borrow what the
//! broker has, and hand record slices on uncopied.
//!
//! Every count and length is checked before it is believed, and no request costs more memory than its frame and 16 MiB.
//! Stricter than Kafka in three places: strings have to be UTF-8 (Kafka replaces what is not), a known tagged field has
//! to be as long as it says (Kafka does not look), and a number has no bits beyond its 32nd (Kafka drops them). As in
//! Kafka, bytes after the last field are ignored, and any negative length is null.

";

fn root(apis: &[Api]) -> Fallible<String> {
    let mut text = head();
    text.push_str(ROOT_COMMENT);
    // Name -> whether the engine uses it.
    let mut modules: BTreeMap<String, bool> = BY_HAND.iter().map(|name| ((*name).to_owned(), *name != CHECK)).collect();
    modules.extend(["request", "response"].map(|name| (name.to_owned(), false)));
    for message in apis.iter().flat_map(|api| [&api.request, &api.response]) {
        modules.insert(message.file(), ENGINE.contains(&message.key));
    }
    for (module, engine) in modules {
        if !engine {
            writeln!(text, "{ALL_APIS}")?;
        }
        writeln!(text, "{}mod {module};", if module == CHECK { "" } else { "pub " })?;
    }
    text.push_str("#[cfg(test)]\nmod tests;\n");
    text.push_str("\npub use crate::codec::{DecodeError, EncodeError, Reader, Records, Uuid, Writer};\n");
    for name in ["check::check_request", "request::Request", "response::Response"] {
        writeln!(text, "{ALL_APIS}\npub use {name};")?;
    }
    Ok(text)
}

fn file(message: &Message) -> Fallible<String> {
    let mut text = head();
    let flexible = match message.flexible_within(message.versions) {
        When::Always => "flexible in all".to_owned(),
        When::Never => "never flexible".to_owned(),
        When::If(_) => format!("flexible from {}", message.flexible.min),
    };
    let what = if message.kind == Kind::Record { "record type" } else { "key" };
    let unstable = if message.latest_unstable { "; the last one is unstable" } else { "" };
    writeln!(
        text,
        "//! {} ({what} {}), versions {}, {flexible}{unstable}.\n",
        message.name, message.key, message.versions
    )?;
    writeln!(text, "{}", imports(message))?;
    for s in &message.structs {
        text.push_str(&one_struct(message, s)?);
    }
    Ok(text)
}

/// What one direction needs is under the same condition as that direction.
fn imports(message: &Message) -> String {
    let mut names = match message.kind {
        Kind::Request => vec!["DecodeError", "Reader"],
        Kind::Response => vec!["EncodeError", "Writer"],
        Kind::Record => vec!["DecodeError", "EncodeError", "Reader", "Writer"],
    };
    let client = match message.kind {
        Kind::Request => format!("{CLIENT}\nuse crate::codec::{{EncodeError, Writer}};\n"),
        Kind::Response => format!("{CLIENT}\nuse crate::codec::{{DecodeError, Reader}};\n"),
        Kind::Record => String::new(),
    };
    if message.kind == Kind::Response && uses(message, &Type::Records) {
        names.push("Records");
    }
    if uses(message, &Type::Uuid) {
        names.push("Uuid");
    }
    names.sort_unstable();
    format!("{client}use crate::codec::{{{}}};\n", names.join(", "))
}

fn one_struct(message: &Message, s: &Struct) -> Fallible<String> {
    let mut text = String::new();
    let name = &s.name;
    let is_message = *name == message.name;
    let lifetime = if borrows(message, name) { "<'a>" } else { "" };
    let anonymous = if lifetime.is_empty() { "" } else { "<'_>" };
    let defaults: Vec<(String, bool)> = s.fields.iter().map(|field| default(message, field)).collect();
    let usual = defaults.iter().all(|(_, usual)| *usual);

    comment(&mut text, &s.about)?;
    let derived = if usual { "Clone, Debug, Default, PartialEq" } else { "Clone, Debug, PartialEq" };
    writeln!(text, "#[derive({derived})]\npub struct {name}{lifetime} {{")?;
    for field in &s.fields {
        comment(&mut text, &field_comment(message, s, field))?;
        writeln!(text, "pub {}: {},", field.name, rust_type(message, field))?;
    }
    writeln!(text, "}}\n")?;

    if !usual {
        writeln!(text, "impl Default for {name}{anonymous} {{ fn default() -> Self {{ Self {{")?;
        for (field, (value, _)) in s.fields.iter().zip(&defaults) {
            writeln!(text, "{}: {value},", field.name)?;
        }
        writeln!(text, "}} }} }}\n")?;
    }

    if is_message {
        writeln!(
            text,
            "impl {name}{anonymous} {{ pub const KEY: i16 = {};\n/// The versions that can be read and written.\n\
             pub const VERSIONS: core::ops::RangeInclusive<i16> = {}..={}; }}\n",
            message.key, message.versions.min, message.versions.max
        )?;
    }
    let (decode_if, encode_if) = match message.kind {
        Kind::Request => ("", CLIENT),
        Kind::Response => (CLIENT, ""),
        Kind::Record => ("", ""),
    };
    let decode = reading::decode(message, s, if lifetime.is_empty() { "'_" } else { "'a" });
    writeln!(text, "{decode_if}\nimpl{lifetime} {name}{lifetime} {{ {decode} }}\n")?;
    writeln!(text, "{encode_if}\nimpl {name}{anonymous} {{ {} }}\n", writing::encode(message, s))?;
    Ok(text)
}

fn field_comment(message: &Message, s: &Struct, field: &Field) -> String {
    let mut notes = Vec::new();
    notes.extend(versions_note(field, s, message.versions).map(|range| format!("versions {range}")));
    if optional(field) && field.nullable != field.versions.and(s.versions) {
        notes.push(format!("nullable from {}", field.nullable.min));
    }
    notes.extend(field.tag.map(|tag| format!("tag {tag}")));
    let mut about = field.about.clone();
    if !about.is_empty() && !about.ends_with('.') {
        about.push('.');
    }
    match notes.is_empty() {
        true => about,
        false => format!("{about} ({})", notes.join(", ")),
    }
}

/// Breaks a comment into lines; `<` and `[` would be read as HTML and links by rustdoc.
fn comment(text: &mut String, about: &str) -> Fallible<()> {
    const WIDTH: usize = 108;
    let escaped = about.replace('<', "\\<").replace('[', "\\[");
    let mut line = String::new();
    for word in escaped.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
            writeln!(text, "/// {line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        writeln!(text, "/// {line}")?;
    }
    Ok(())
}

/// The enum over all messages of one kind.
fn dispatch(apis: &[Api], kind: Kind) -> Fallible<String> {
    let mut text = head();
    let messages: Vec<(&str, &Message)> = apis
        .iter()
        .map(|api| (api.name.as_str(), if kind == Kind::Request { &api.request } else { &api.response }))
        .collect();
    let is_request = kind == Kind::Request;
    let (name, about, decode_if, encode_if) = match is_request {
        true => ("Request", "Any request that a client may send.", "", CLIENT),
        false => ("Response", "The answer to any request.", CLIENT, ""),
    };
    let (always, client) = match is_request {
        true => ("use crate::codec::{DecodeError, Reader};", "use crate::codec::{EncodeError, Writer};"),
        false => ("use crate::codec::{EncodeError, Writer};", "use crate::codec::{DecodeError, Reader};"),
    };
    writeln!(text, "//! {about}\n\n{CLIENT}\n{client}\n{always}\nuse super::{{")?;
    for (_, message) in &messages {
        write!(text, "{}::{},", message.file(), message.name)?;
    }
    writeln!(text, "}};\n\n/// {about}\n#[derive(Clone, Debug, PartialEq)]\npub enum {name}<'a> {{")?;
    for (api, message) in &messages {
        let lifetime = if borrows(message, &message.name) { "<'a>" } else { "" };
        writeln!(text, "{api}({}{lifetime}),", message.name)?;
    }
    writeln!(text, "}}\n\n{decode_if}\nimpl<'a> {name}<'a> {{")?;
    writeln!(text, "/// Reads a body. Bytes after its last field are left in the reader: Kafka ignores them.")?;
    writeln!(text, "pub fn decode(r: &mut Reader<'a>, key: i16, version: i16) -> Result<Self, DecodeError> {{")?;
    writeln!(text, "Ok(match (key, version) {{")?;
    for (api, message) in &messages {
        let versions = match message.versions {
            range if range.min == range.max => range.min.to_string(),
            range => format!("{}..={}", range.min, range.max),
        };
        writeln!(text, "({}, {versions}) => Self::{api}({}::decode(r, version)?),", message.key, message.name)?;
    }
    writeln!(text, "_ => return Err(DecodeError::Version), }}) }} }}\n")?;
    writeln!(text, "{encode_if}\nimpl {name}<'_> {{")?;
    writeln!(text, "pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {{ match self {{")?;
    for (api, message) in &messages {
        writeln!(text, "Self::{api}(m) if {}::VERSIONS.contains(&version) => m.encode(w, version),", message.name)?;
    }
    writeln!(text, "_ => Err(EncodeError::Version), }} }} }}")?;
    Ok(text)
}
