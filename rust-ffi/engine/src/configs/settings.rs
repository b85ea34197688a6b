//! Broker configs that an embedder may set: those with an effect here. Rows for a table of settings.

use std::sync::LazyLock;

use super::{
    def::{Change, Def, Kind, Valid},
    table,
};

/// Type of a value. Lists and texts with few valid values name them in [`BrokerSetting::values`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingKind {
    Text,
    /// Elements with commas between them.
    List,
    Boolean,
    /// Both ends included.
    Int {
        min: i64,
        max: i64,
    },
    /// Both ends included.
    Double {
        min: f64,
        max: f64,
    },
}

#[derive(Clone, Copy, Debug)]
pub struct BrokerSetting {
    pub key: &'static str,
    pub kind: SettingKind,
    /// `None` if Kafka has no default: another config applies then.
    pub default: Option<&'static str>,
    /// Valid texts or elements; empty if any are valid.
    pub values: &'static [&'static str],
    /// Whether clients may alter it while the broker runs.
    pub dynamic: bool,
    pub doc: &'static str,
}

/// Configs without effect until their requests are served: groups of the new protocol, transactions.
fn is_for_later(name: &str) -> bool {
    name.starts_with("group.consumer.") || name.starts_with("transaction.")
}

/// Returns the settings, sorted by key. [`super::check`] checks a value.
pub fn broker_settings() -> &'static [BrokerSetting] {
    static ROWS: LazyLock<Vec<BrokerSetting>> = LazyLock::new(|| {
        let row = |&(name, doc): &(&str, &'static str)| Some(setting(table::broker(name)?, doc));
        table::EFFECTIVE.iter().filter(|(name, _)| !is_for_later(name)).filter_map(row).collect()
    });
    &ROWS
}

fn setting(def: &'static Def, doc: &'static str) -> BrokerSetting {
    let (least, most) = def.kind.range();
    let kind = match (def.kind, def.valid) {
        (Kind::Boolean, _) => SettingKind::Boolean,
        (Kind::List, _) => SettingKind::List,
        (Kind::Double, Valid::Within(min, max)) => SettingKind::Double { min, max },
        (Kind::Double, _) => SettingKind::Double { min: f64::MIN, max: f64::MAX },
        (Kind::Text | Kind::Class | Kind::Password, _) => SettingKind::Text,
        (_, Valid::Range(min, max)) => SettingKind::Int { min, max },
        (_, Valid::From(min)) => SettingKind::Int { min, max: most },
        _ => SettingKind::Int { min: least, max: most },
    };
    let values: &[&str] = match def.valid {
        Valid::OneOf(values) | Valid::OneOfFolded(values) | Valid::Listed(values) => values,
        _ => &[],
    };
    BrokerSetting { key: def.name, kind, default: def.default, values, dynamic: def.change != Change::Never, doc }
}
