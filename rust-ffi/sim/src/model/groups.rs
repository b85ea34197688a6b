//! Groups: the owner of each partition in each generation, and committed offsets.

use std::collections::BTreeMap;

use super::{Checker, Loss, Model};

/// A partition in an assignment: its topic's name and its index.
pub(crate) type Part = (String, i32);

#[derive(Debug, Default)]
pub(crate) struct GroupModel {
    generation: i32,
    /// Assignment of the leader in a generation, by member.
    plans: BTreeMap<i32, BTreeMap<String, Vec<u8>>>,
    /// Assignments that members received.
    told: BTreeMap<i32, BTreeMap<String, Vec<Part>>>,
    /// Possible committed offsets; empty if unknown. -1 is none.
    committed: BTreeMap<Part, Vec<i64>>,
    /// Offsets that were replaced while an OffsetFetch was parked: it may have read them.
    replaced: BTreeMap<Part, Vec<i64>>,
}

pub(crate) fn encode_assignment(parts: &[Part]) -> Vec<u8> {
    parts.iter().map(|(topic, index)| format!("{topic} {index}\n")).collect::<String>().into_bytes()
}

pub(crate) fn decode_assignment(bytes: &[u8]) -> Option<Vec<Part>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let part = |line: &str| {
        let (topic, index) = line.split_once(' ')?;
        Some((topic.to_owned(), index.parse().ok()?))
    };
    text.lines().map(part).collect()
}

impl GroupModel {
    /// Memberships are not kept, committed offsets are.
    pub(super) fn crashed(&mut self, loss: Loss) {
        self.generation = 0;
        self.plans.clear();
        self.told.clear();
        self.replaced.clear();
        if loss == Loss::Ends {
            self.committed.values_mut().for_each(Vec::clear);
        }
    }
}

impl Model {
    pub(crate) fn group(&mut self, name: &str) -> &mut GroupModel {
        self.groups.entry(name.to_owned()).or_default()
    }

    pub(crate) fn joined(&mut self, group: &str, generation: i32) {
        let book = self.group(group);
        let before = book.generation;
        book.generation = generation;
        if generation < before {
            self.fail(Checker::Groups, format!("{group}: generation {generation} comes after {before}"));
        }
    }

    /// The first plan of a generation that reaches the broker, while it is waited for, is the one.
    pub(crate) fn planned(&mut self, group: &str, generation: i32, plan: BTreeMap<String, Vec<u8>>) {
        let book = self.group(group);
        if generation == book.generation && !plan.is_empty() {
            book.plans.entry(generation).or_insert(plan);
        }
    }

    pub(crate) fn assigned(&mut self, group: &str, generation: i32, member: &str, assignment: &[u8]) {
        let Some(parts) = decode_assignment(assignment) else {
            return self.fail(Checker::Groups, format!("{group}: {member} is told nonsense"));
        };
        let book = self.group(group);
        let planned = book.plans.get(&generation).map(|plan| plan.get(member).cloned().unwrap_or_default());
        let told = book.told.entry(generation).or_default();
        let mut others = told.iter().filter(|(other, _)| *other != member);
        let shared = others.find_map(|(other, theirs)| parts.iter().find(|p| theirs.contains(p)).map(|p| (other, p)));
        if let Some((other, part)) = shared {
            let what = format!("{group} generation {generation}: {part:?} is {other}'s and {member}'s");
            return self.fail(Checker::Groups, what);
        }
        if let Some(planned) = planned.filter(|planned| planned != assignment) {
            let what = format!("{group} generation {generation}: {member} is not told what was planned: {planned:?}");
            return self.fail(Checker::Groups, what);
        }
        told.insert(member.to_owned(), parts);
    }

    /// A commit reaches the broker.
    pub(crate) fn committing(&mut self, group: &str, part: Part, offset: i64) {
        let values = self.group(group).committed.entry(part).or_insert_with(|| vec![-1]);
        if !values.is_empty() {
            values.push(offset);
        }
    }

    /// A commit is answered: `None` leaves open whether it was accepted.
    pub(crate) fn committed(&mut self, group: &str, part: Part, offset: i64, taken: Option<bool>) {
        let book = self.group(group);
        let Some(values) = book.committed.get_mut(&part) else { return };
        // An answer may come after that of a later change: the topic may have been deleted since.
        let place = values.iter().position(|value| *value == offset);
        match (taken, place) {
            (Some(true), Some(place)) => book.replaced.entry(part).or_default().extend(values.drain(..place)),
            (Some(true), None) if values.is_empty() => values.push(offset),
            (Some(false), Some(place)) if values.len() > 1 => drop(values.remove(place)),
            _ => {}
        }
    }

    pub(crate) fn commit_is(&mut self, group: &str, part: Part, offset: i64) {
        let book = self.group(group);
        let values = book.committed.entry(part.clone()).or_insert_with(|| vec![-1]);
        let was_replaced = book.replaced.get(&part).is_some_and(|replaced| replaced.contains(&offset));
        if values.is_empty() {
            values.push(offset);
        } else if !values.contains(&offset) && !was_replaced {
            let what = format!("{group}: {part:?} is committed at {offset} instead of {values:?}");
            self.fail(Checker::Commits, what);
        }
    }

    /// A crash may have separated the deletion of a topic from that of its offsets.
    pub(super) fn forget_commits(&mut self, topic: &str) {
        for book in self.groups.values_mut() {
            book.committed.iter_mut().filter(|((name, _), _)| name == topic).for_each(|(_, values)| values.clear());
        }
    }

    /// A topic may have been deleted, or may be deleted after the next start.
    pub(super) fn maybe_uncommit(&mut self, topic: &str) {
        for book in self.groups.values_mut() {
            let of_it = book.committed.iter_mut().filter(|((name, _), _)| name == topic);
            of_it.filter(|(_, values)| !values.is_empty()).for_each(|(_, values)| values.push(-1));
        }
    }

    /// Drops the committed offsets of deleted topics.
    pub(super) fn uncommit(&mut self, topic: &str) {
        for book in self.groups.values_mut() {
            for (part, values) in book.committed.iter_mut().filter(|((name, _), _)| name == topic) {
                let replaced = std::mem::replace(values, vec![-1]);
                book.replaced.entry(part.clone()).or_default().extend(replaced);
            }
        }
    }

    /// No OffsetFetch is parked.
    pub(crate) fn no_offset_fetch_waits(&mut self) {
        self.groups.values_mut().for_each(|book| book.replaced.clear());
    }
}
