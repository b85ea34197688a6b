//! The table of settings: key, type, default, range, doc. The C ABI, Python and the command line read it. A setting
//! that Kafka has too has Kafka's name. Keys are ABI: their meaning never changes. The rows of this crate are here; the
//! engine's come from its table of broker configs.

use std::{collections::BTreeMap, net::IpAddr, sync::LazyLock};

use engine::configs::{SettingKind, broker_settings};

use crate::{
    backend,
    error::{Error, Kind},
    redact,
};

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// Any text of 1 to 4,096 bytes without control characters.
    Text,
    /// A host name or an address.
    Host,
    /// A storage URL.
    Url,
    Boolean,
    /// A whole number in a range, both ends included.
    Int {
        min: i64,
        max: i64,
    },
    /// A number in a range, both ends included.
    Double {
        min: f64,
        max: f64,
    },
    /// Elements separated by commas.
    List,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub key: &'static str,
    pub kind: Type,
    pub default: &'static str,
    /// Allowed values of a text or of an element of a list; any if empty.
    pub values: &'static [&'static str],
    pub doc: &'static str,
    /// Whether Kafka's clients may alter it while the broker runs, on the engine's own storages.
    pub dynamic: bool,
    /// Its value is shown nowhere.
    pub secret: bool,
    /// Checked and used by the engine only: `memory://` and `file:///`.
    pub of_engine: bool,
}

const fn row(key: &'static str, kind: Type, default: &'static str, doc: &'static str) -> Setting {
    Setting { key, kind, default, values: &[], doc, dynamic: false, secret: false, of_engine: false }
}

const fn int(min: i64, max: i64) -> Type {
    Type::Int { min, max }
}

const NODE_ID: &str = "node.id";
pub(crate) const SEED: &str = "broker.seed";
/// Upstream's default, which existing databases contain.
const UPSTREAM_NODE_ID: i32 = 111;

/// All settings: those of this crate, then the engine's by name.
pub fn table() -> &'static [Setting] {
    static ALL: LazyLock<Vec<Setting>> = LazyLock::new(|| {
        let known = |key: &str| OWN.iter().any(|own| own.key == key);
        // Rows of this crate that the engine reads too.
        let dynamic = |key: &str| broker_settings().iter().any(|row| row.key == key && row.dynamic);
        let own = OWN.iter().map(|row| Setting { dynamic: dynamic(row.key), ..*row });
        let engines = broker_settings().iter().filter(|row| !known(row.key)).map(|row| Setting {
            key: row.key,
            kind: match row.kind {
                SettingKind::Text => Type::Text,
                SettingKind::List => Type::List,
                SettingKind::Boolean => Type::Boolean,
                SettingKind::Int { min, max } => Type::Int { min, max },
                SettingKind::Double { min, max } => Type::Double { min, max },
            },
            default: row.default.unwrap_or_default(),
            values: row.values,
            doc: row.doc,
            dynamic: row.dynamic,
            secret: false,
            of_engine: true,
        });
        own.chain(engines).collect()
    });
    &ALL
}

const OWN: &[Setting] = &[
    row("storage.url", Type::Url, "memory://", "URL of the storage; `info` lists the schemes."),
    row(
        "storages.library",
        Type::Text,
        "",
        "Full path of the library of Tansu's storages; if empty, the file beside libtansu, else the one that the \
         dynamic linker finds by its name.",
    ),
    row(
        "listener.host",
        Type::Host,
        "localhost",
        "Address to bind. `localhost` takes 127.0.0.1 and, where it exists, ::1 on the same port; \
         `::` takes IPv4 as well; anything else binds only that.",
    ),
    row("listener.port", int(0, 65_535), "0", "Port to bind; 0 takes a free one."),
    row("advertised.host", Type::Host, "localhost", "Host name that clients connect to."),
    row("advertised.port", int(0, 65_535), "0", "Port that clients connect to; 0 means the bound one."),
    row("cluster.id", Type::Text, "tansu", "Cluster id in Metadata and DescribeCluster."),
    row(
        NODE_ID,
        int(0, 2_147_483_647),
        "1",
        "Node id of the broker. A data folder that is in use keeps its own; on Tansu's storages the default is 111.",
    ),
    row(
        SEED,
        int(0, i64::MAX),
        "0",
        "Seed of topic ids, member ids and other random values of `memory://` and `file:///`. A new broker with the \
         same seed and the same requests gives the same ids; 0 draws a seed from the operating system.",
    ),
    row("num.network.threads", int(1, 256), "1", "Threads that serve connections."),
    row(
        "shutdown.grace.ms",
        int(0, 3_600_000),
        "5000",
        "Milliseconds that a stop waits for requests in work if it is called without a grace.",
    ),
    row(
        "socket.request.max.bytes",
        int(1_024, 2_147_483_647),
        "104857600",
        "Largest request in bytes; a longer one closes its connection.",
    ),
    row(
        "max.connections",
        int(1, 1_000_000),
        "10000",
        "Connections open at once; one more is closed at accept, and so is one that takes the last eighth of the \
         descriptors that this process may have.",
    ),
    row(
        "queued.max.request.bytes",
        int(1_048_576, 1_099_511_627_776),
        "268435456",
        "Bytes of requests that are not whole yet, over all connections; beyond it connections wait their turn.",
    ),
    row(
        "connections.max.idle.ms",
        int(100, 2_147_483_647_000),
        "600000",
        "A connection without a request for this time is closed.",
    ),
    row(
        "socket.stall.timeout.ms",
        int(100, 3_600_000),
        "30000",
        "A client that stops in the middle of a request, or does not read its response, is closed after this time.",
    ),
    row("socket.listen.backlog.size", int(1, 65_535), "1024", "Connections that may wait to be accepted."),
    row("num.partitions", int(1, 10_000), "1", "Partitions of a topic that is created without a count."),
    row("auto.create.topics.enable", Type::Boolean, "true", "Whether a Metadata request creates a missing topic."),
    row(
        "group.initial.rebalance.delay.ms",
        int(0, 600_000),
        "0",
        "Milliseconds that a new consumer group waits for more members before its first rebalance.",
    ),
];

/// Values that were set; the others have the table's defaults.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, String>,
}

impl Settings {
    /// Checks and stores a value. The error names the key, the value (unless secret) and the allowed values.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), Error> {
        let setting = find(key).ok_or_else(|| unknown_key(key))?;
        if value.is_empty() && setting.default.is_empty() {
            // Equal to not setting it.
            self.values.remove(setting.key);
            return Ok(());
        }
        check(setting, value)?;
        self.values.insert(setting.key, value.to_owned());
        Ok(())
    }

    /// Returns a value with passwords and secret options of a URL masked.
    pub fn get(&self, key: &str) -> Option<String> {
        let setting = find(key)?;
        let value = self.raw(setting);
        Some(match setting.kind {
            _ if setting.secret => redact::MASK.to_owned(),
            _ if setting.key == NODE_ID => self.node_id().to_string(),
            Type::Url => redact::url(value),
            _ => value.to_owned(),
        })
    }

    fn raw(&self, setting: &Setting) -> &str {
        self.values.get(setting.key).map_or(setting.default, String::as_str)
    }

    /// Returns the values set for the engine, by Kafka's names. The engine has the defaults.
    pub(crate) fn of_engine(&self) -> BTreeMap<String, String> {
        let engines = |key: &str| broker_settings().iter().any(|row| row.key == key);
        let given = self.values.iter().filter(|(key, _)| engines(key));
        given.map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        find(key).map_or("", |setting| self.raw(setting))
    }

    /// Returns a number. `set` has checked the value, and a test checks the defaults.
    pub(crate) fn int(&self, key: &str) -> i64 {
        self.text(key).parse().unwrap_or_default()
    }

    /// Returns the node id. Its default depends on the storage.
    pub(crate) fn node_id(&self) -> i32 {
        if self.values.contains_key(NODE_ID) {
            return self.int(NODE_ID) as i32;
        }
        match backend::default_node_id(self.text("storage.url")) {
            Some(id) => id,
            None => UPSTREAM_NODE_ID,
        }
    }

    pub(crate) fn boolean(&self, key: &str) -> bool {
        self.text(key) == "true"
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(table().iter().map(|setting| (setting.key, self.get(setting.key)))).finish()
    }
}

pub fn find(key: &str) -> Option<&'static Setting> {
    table().iter().find(|setting| setting.key == key)
}

fn unknown_key(key: &str) -> Error {
    // The key may contain a value if the `=` was mistyped.
    let shown: String = redact::url(key).chars().take(80).collect();
    let near = table().iter().map(|s| s.key).min_by_key(|known| distance(known, key)).unwrap_or_default();
    // Suggests only a similar key.
    let hint = match distance(near, key) * 2 <= near.len() {
        true => format!("Did you mean '{near}'?"),
        false => "The command `info` lists them all.".to_owned(),
    };
    Error::new(Kind::Config, format!("unknown setting '{shown}'. {hint}"))
}

fn check(setting: &Setting, value: &str) -> Result<(), Error> {
    let Setting { key, .. } = setting;
    if setting.of_engine {
        return engine::configs::check(key, value).map_err(|e| Error::new(Kind::Config, format!("{key}: {}", e.0)));
    }
    let bad = |want: String| Err(Error::new(Kind::Config, format!("{key}: {want}")));
    match setting.kind {
        Type::Host => check_host(value).or_else(bad),
        Type::Text | Type::Url | Type::Double { .. } | Type::List => {
            if value.is_empty() {
                return bad("must not be empty".into());
            }
            if value.len() > 4_096 {
                return bad(format!("{} bytes are too long; 4096 at most", value.len()));
            }
            if value.chars().any(char::is_control) {
                return bad("must not contain control characters".into());
            }
            Ok(())
        }
        Type::Boolean if value == "true" || value == "false" => Ok(()),
        Type::Boolean => bad(format!("'{}' is neither 'true' nor 'false'", short(value))),
        Type::Int { min, max } => match value.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(()),
            Ok(n) => bad(format!("{n} is out of range; {min} to {max}")),
            Err(_) => bad(format!("'{}' is not a whole number; {min} to {max}", short(value))),
        },
    }
}

/// Checks a host by Kafka's rule for listeners, and for common mistakes.
fn check_host(host: &str) -> Result<(), String> {
    const USE: &str = "Use a host name or an address, such as localhost, 192.0.2.1 or ::1";
    let shown = short(host);
    if host.is_empty() {
        return Err(format!("must not be empty. {USE}."));
    }
    if host.len() > 255 {
        return Err(format!("{} bytes are too long for a host; 255 at most. {USE}.", host.len()));
    }
    let odd = host.chars().find(|c| !c.is_ascii_alphanumeric() && !"-%._:".contains(*c));
    if let Some(odd) = odd {
        return Err(format!("{shown:?} is not a host: {odd:?} is not allowed in a host name or an address. {USE}."));
    }
    let address = host.split('%').next().unwrap_or_default();
    if host.contains(':') && address.parse::<IpAddr>().is_err() {
        return Err(format!("'{shown}' is not an address. {USE}; the port has its own setting."));
    }
    Ok(())
}

fn short(value: &str) -> String {
    value.chars().take(40).collect()
}

/// Returns the Levenshtein distance, for "did you mean". Long input is cut to 80 characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let insert = row[j + 1].min(row[j]) + 1;
            let replace = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = insert.min(replace);
        }
    }
    row[b.len()]
}
