//! Definition of a config: name, type, default, valid values, and how it may be changed. Kafka: `ConfigDef`.

use super::ConfigError;

/// Config types with the codes of DescribeConfigs (`DescribeConfigsResponse.ConfigType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub(crate) enum Kind {
    Boolean = 1,
    Text = 2,
    Int = 3,
    Short = 4,
    Long = 5,
    Double = 6,
    List = 7,
    Class = 8,
    Password = 9,
}

impl Kind {
    /// Returns the name in Kafka's messages.
    fn word(self) -> &'static str {
        match self {
            Kind::Int => "INT",
            Kind::Short => "SHORT",
            Kind::Long => "LONG",
            _ => "DOUBLE",
        }
    }

    pub(super) fn range(self) -> (i64, i64) {
        match self {
            Kind::Short => (i16::MIN.into(), i16::MAX.into()),
            Kind::Int => (i32::MIN.into(), i32::MAX.into()),
            _ => (i64::MIN, i64::MAX),
        }
    }
}

/// Validator of a parsed value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Valid {
    Any,
    /// At least this.
    From(i64),
    /// Both ends included.
    Range(i64, i64),
    Within(f64, f64),
    OneOf(&'static [&'static str]),
    /// Case-insensitive.
    OneOfFolded(&'static [&'static str]),
    /// Every element is one of these, or anything that is not empty if there are none.
    Listed(&'static [&'static str]),
    Nonempty,
    /// 1 to 9 or -1.
    GzipLevel,
    /// `*` or pairs of partition and broker.
    Throttled,
    /// `earliest`, `latest` or `by_duration:` with an ISO 8601 duration.
    OffsetReset,
}

/// Whether a broker config may change while the broker runs, and for which brokers. Kafka: `DynamicBrokerConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Never,
    /// For one broker or for all.
    ClusterWide,
    PerBroker,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Def {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) default: Option<&'static str>,
    pub(crate) valid: Valid,
    pub(crate) change: Change,
    /// Not listed unless it is set.
    pub(crate) internal: bool,
    /// For a topic config: the broker config that is its default.
    pub(crate) broker: Option<&'static str>,
}

pub(crate) const fn row(name: &'static str, kind: Kind, default: Option<&'static str>, valid: Valid) -> Def {
    Def { name, kind, default, valid, change: Change::Never, internal: false, broker: None }
}

impl Def {
    pub(crate) const fn cluster_wide(self) -> Def {
        Def { change: Change::ClusterWide, ..self }
    }

    pub(crate) const fn per_broker(self) -> Def {
        Def { change: Change::PerBroker, ..self }
    }

    pub(crate) const fn internal(self) -> Def {
        Def { internal: true, ..self }
    }

    pub(crate) const fn broker_default(self, broker: &'static str) -> Def {
        Def { broker: Some(broker), ..self }
    }

    /// Returns whether its value is never shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.kind == Kind::Password
    }

    pub(crate) fn default_value(&self) -> Option<Value> {
        self.parse(self.default?).ok()
    }

    /// Parses a text. The error is in Kafka's words.
    pub(crate) fn parse(&self, text: &str) -> Result<Value, ConfigError> {
        let value = self.read(trim(text)).map_err(|want| self.error(text_shown(trim(text)), &want))?;
        self.check(&value)?;
        Ok(value)
    }

    fn read(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Boolean if text.eq_ignore_ascii_case("true") => Ok(Value::Boolean(true)),
            Kind::Boolean if text.eq_ignore_ascii_case("false") => Ok(Value::Boolean(false)),
            Kind::Boolean => Err("Expected value to be either true or false".to_owned()),
            Kind::Int | Kind::Short | Kind::Long => {
                let (min, max) = self.kind.range();
                let number = text.parse::<i64>().ok().filter(|number| (min..=max).contains(number));
                number.map(Value::Int).ok_or_else(|| format!("Not a number of type {}", self.kind.word()))
            }
            Kind::Double => {
                read_double(text).map(Value::Double).ok_or_else(|| "Not a number of type DOUBLE".to_owned())
            }
            Kind::List if text.is_empty() => Ok(Value::List(Vec::new())),
            Kind::List => Ok(Value::List(text.split(',').map(|part| trim(part).to_owned()).collect())),
            Kind::Text | Kind::Class | Kind::Password => Ok(Value::Text(text.to_owned())),
        }
    }

    fn check(&self, value: &Value) -> Result<(), ConfigError> {
        let refuse = |want: String| Err(self.error(value.to_string(), &want));
        match (self.valid, value) {
            (Valid::From(min) | Valid::Range(min, _), Value::Int(n)) if *n < min => {
                refuse(format!("Value must be at least {min}"))
            }
            (Valid::Range(_, max), Value::Int(n)) if *n > max => refuse(format!("Value must be no more than {max}")),
            (Valid::Within(min, _), Value::Double(n)) if *n < min => refuse(format!("Value must be at least {min}")),
            (Valid::Within(_, max), Value::Double(n)) if *n > max => {
                refuse(format!("Value must be no more than {max}"))
            }
            (Valid::GzipLevel, Value::Int(n)) if *n != -1 && !(1..=9).contains(n) => {
                refuse("Value must be between 1 and 9 or equal to -1".to_owned())
            }
            (Valid::OneOf(allowed), Value::Text(text)) if !allowed.contains(&text.as_str()) => {
                refuse(format!("String must be one of: {}", allowed.join(", ")))
            }
            (Valid::OneOfFolded(allowed), Value::Text(text))
                if !allowed.iter().any(|one| one.eq_ignore_ascii_case(text)) =>
            {
                refuse(format!("String must be one of (case insensitive): {}", allowed.join(", ")))
            }
            (Valid::Nonempty, Value::Text(text)) if text.is_empty() => refuse("String must be non-empty".to_owned()),
            (Valid::Listed(allowed), Value::List(parts)) => self.check_list(allowed, parts),
            (Valid::Throttled, Value::List(parts)) if !is_throttled(parts) => Err(self.error(
                format!("[{}]", parts.join(", ")),
                &format!(
                    "{} must be the literal '*' or a list of replicas in the following format: \
                     [partitionId]:[brokerId],[partitionId]:[brokerId],...",
                    self.name
                ),
            )),
            (Valid::OffsetReset, Value::Text(text)) if !is_offset_reset(text) => refuse(format!(
                "Invalid value `{text:.1000}` for configuration {}. The value must be either 'earliest', 'latest' or \
                 of the format 'by_duration:<PnDTnHnMn.nS>'.",
                self.name
            )),
            _ => Ok(()),
        }
    }

    fn check_list(&self, allowed: &[&str], parts: &[String]) -> Result<(), ConfigError> {
        if parts.iter().any(String::is_empty) {
            return Err(ConfigError(format!("Configuration '{}' values must not be empty.", self.name)));
        }
        match parts.iter().find(|part| !allowed.is_empty() && !allowed.contains(&part.as_str())) {
            Some(part) => Err(self.error(part.clone(), &format!("String must be one of: {}", allowed.join(", ")))),
            None => Ok(()),
        }
    }

    /// Truncates a long value, which Kafka does not: it would fill the response or the log of the host.
    fn error(&self, mut value: String, want: &str) -> ConfigError {
        const SHOWN: usize = 1_000;
        if let Some((end, _)) = value.char_indices().nth(SHOWN) {
            value.truncate(end);
            value.push_str("...");
        }
        ConfigError(format!("Invalid value {value} for configuration {}: {want}", self.name))
    }
}

/// A parsed value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Boolean(bool),
    /// Every whole number.
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<String>),
}

impl Value {
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }
}

/// Formats a value as Kafka does (`ConfigDef.convertToString`); duplicates in a list are shown once.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Boolean(yes) => write!(f, "{yes}"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Double(n) => f.write_str(&double_shown(*n)),
            Value::Text(text) => f.write_str(text),
            Value::List(parts) => {
                let mut seen = std::collections::BTreeSet::new();
                let once: Vec<&str> = parts.iter().map(String::as_str).filter(|part| seen.insert(*part)).collect();
                f.write_str(&once.join(","))
            }
        }
    }
}

/// Trims like Java's `String.trim`.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

/// Truncates a value for an error message: it is sent to the client and may be as long as a request.
fn text_shown(text: &str) -> String {
    text.chars().take(1_000).collect()
}

/// Parses like Java's `Double.parseDouble`, without hexadecimal numbers.
fn read_double(text: &str) -> Option<f64> {
    match text.strip_prefix(['+', '-']).unwrap_or(text) {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        _ => {}
    }
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    digits.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)).then(|| digits.parse().ok())?
}

/// Formats like Java's `Double.toString`.
fn double_shown(n: f64) -> String {
    if n == 0.0 || n.is_nan() || (1e-3..1e7).contains(&n.abs()) {
        return format!("{n:?}");
    }
    if n.is_infinite() {
        return if n > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let short = format!("{n:e}");
    let (mantissa, exponent) = short.split_once('e').unwrap_or((&short, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

fn is_throttled(parts: &[String]) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let pair =
        |part: &String| part.split_once(':').is_some_and(|(partition, broker)| number(partition) && number(broker));
    matches!(parts, [one] if one == "*") || parts.iter().all(pair)
}

fn is_offset_reset(text: &str) -> bool {
    matches!(text, "earliest" | "latest")
        || text.strip_prefix("by_duration:").is_some_and(|duration| duration_ms(duration).is_some())
}

/// Parses an ISO 8601 duration of days and less, `PnDTnHnMn.nS`, into non-negative milliseconds. Kafka:
/// `Duration.parse`, which also takes signs that would lead to a negative result here.
pub(crate) fn duration_ms(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let rest = upper.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    if (date.is_empty() && time.is_none()) || time == Some("") {
        return None;
    }
    let mut sum = 0_i64;
    let mut left = date;
    left = add_unit(left, 'D', 86_400_000, &mut sum)?;
    if !left.is_empty() {
        return None;
    }
    left = time.unwrap_or_default();
    for (unit, ms) in [('H', 3_600_000), ('M', 60_000), ('S', 1_000)] {
        left = add_unit(left, unit, ms, &mut sum)?;
    }
    left.is_empty().then_some(sum)
}

/// Parses `12D` at the front, if the unit is there.
fn add_unit<'a>(text: &'a str, unit: char, unit_ms: i64, sum: &mut i64) -> Option<&'a str> {
    let Some((number, rest)) = text.split_once(unit) else { return Some(text) };
    let (whole, fraction) = number.split_once('.').map_or((number, ""), |(whole, fraction)| (whole, fraction));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.is_empty() || (unit != 'S' && number.contains('.')) {
        return None;
    }
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    *sum = whole.parse::<i64>().ok()?.checked_mul(unit_ms)?.checked_add(thousandths)?.checked_add(*sum)?;
    Some(rest)
}

#[cfg(test)]
mod tests;
