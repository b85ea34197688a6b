//! Subscriptions: the topics that match a pattern, and the hash that tells whether subscribed topics have changed.

use std::{collections::BTreeSet, sync::Arc};

use regex::{Regex, RegexBuilder};
use wire::ErrorCode;

use super::{ConsumerGroup, ConsumerRecord, Draft, Refusal, ResolvedRegex, TopicImage};

/// What a compiled pattern may take. An expression that is built to explode is refused.
const COMPILED_MAX: usize = 1 << 20;

/// RE2's syntax, as Kafka's. A name matches as a whole.
pub(in crate::groups) fn compile(pattern: &str) -> Result<Regex, Refusal> {
    let builder = |pattern: &str| RegexBuilder::new(pattern).size_limit(COMPILED_MAX).build();
    // The pattern alone comes first: it must not close the group around it.
    let compiled = builder(pattern).and_then(|_| builder(&format!("^(?:{pattern})$")));
    compiled.map_err(|error| {
        let why = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let message = format!("SubscribedTopicRegex `{pattern}` is not a valid regular expression: {why}.");
        Refusal::new(ErrorCode::InvalidRegularExpression, message)
    })
}

impl Draft {
    /// Resolves the patterns of all members: those that are new, or all of them if topics have changed. Forgets those
    /// that no member has any more. Returns whether the topics of any pattern have changed.
    pub(super) fn resolve_regexes(
        &mut self,
        topics: &dyn TopicImage,
        version: i64,
        now_ms: i64,
        is_stale: bool,
    ) -> Result<bool, Refusal> {
        let is_pattern = |regex: &&Arc<str>| !regex.is_empty();
        let group = self.group();
        let used: BTreeSet<Arc<str>> =
            group.members.values().filter_map(|member| member.regex.as_ref()).filter(is_pattern).cloned().collect();
        let unused: Vec<Arc<str>> = group.regexes.keys().filter(|regex| !used.contains(*regex)).cloned().collect();
        unused.into_iter().for_each(|regex| self.push(ConsumerRecord::Regex(regex, None)));
        let mut is_changed = false;
        for pattern in used {
            let known = self.group().regexes.get(&pattern).cloned();
            if known.is_some() && !is_stale {
                continue;
            }
            let regex = compile(&pattern)?;
            let names = topics.names();
            let matched: BTreeSet<Arc<str>> =
                names.iter().filter(|name| regex.is_match(name)).map(|name| name.as_str().into()).collect();
            if known.is_none_or(|known| known.topics != matched) {
                let resolved = ResolvedRegex { topics: matched, version, resolved_ms: now_ms };
                self.push(ConsumerRecord::Regex(pattern, Some(resolved)));
                is_changed = true;
            }
        }
        Ok(is_changed)
    }
}

/// Changes if a subscribed topic is created, deleted, created anew or grown. 0 without such topics, as in Kafka; the
/// function is another: a broker of the other kind that reads the record assigns once more.
pub(super) fn metadata_hash(group: &ConsumerGroup, topics: &dyn TopicImage) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let subscribed: BTreeSet<_> = group.members.values().flat_map(|member| group.topics_of(member)).collect();
    let mut hash = 0;
    for name in subscribed {
        let Some((id, partitions)) = topics.topic(name) else { continue };
        let bytes = name.bytes().chain(id.0).chain(partitions.to_be_bytes());
        let start = if hash == 0 { OFFSET } else { hash };
        hash = bytes.fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    }
    hash.cast_signed()
}
