//! Topics and their logs.

use std::collections::BTreeMap;

use wire::Uuid;

use super::{Checker, Loss, Model};
use crate::records::{Read, ReadBatch, Sent};

/// The kind of a topic, by the first letter of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Keeps everything that is not deleted.
    Kept,
    /// Compacted.
    Compacted,
    /// With retention.
    Retained,
}

impl Kind {
    pub(crate) fn of(name: &str) -> Kind {
        match name.as_bytes().first() {
            Some(b'c') => Kind::Compacted,
            Some(b'r') => Kind::Retained,
            _ => Kind::Kept,
        }
    }
}

#[derive(Debug)]
pub(crate) struct TopicModel {
    pub(crate) id: Uuid,
    pub(crate) kind: Kind,
    pub(crate) partitions: Vec<PartitionModel>,
    /// Partition count that an unanswered CreatePartitions may have made.
    pub(super) maybe_partitions: usize,
    /// A deletion was requested and not confirmed.
    pub(super) maybe_gone: bool,
    /// The disk has failed a deletion since the last start.
    pub(super) deletion_failed: bool,
    loss: Loss,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    batch: usize,
    place: u32,
    acked: bool,
}

#[derive(Debug)]
pub(crate) struct PartitionModel {
    /// Records that were acknowledged or read, by offset.
    known: BTreeMap<i64, Known>,
    /// The last offset of each key.
    latest: BTreeMap<u8, i64>,
    /// The offset after the last known record.
    pub(crate) end: i64,
    high_watermark: i64,
    start: i64,
    /// Offset up to which deletion was requested.
    deleted_before: i64,
    /// Offset to which a crash has cut the log; readers may have been further.
    cut_to: i64,
    /// Returns whether an offset may be out of range for a reader.
    skipped: Option<i64>,
}

impl Default for PartitionModel {
    fn default() -> PartitionModel {
        PartitionModel {
            known: BTreeMap::new(),
            latest: BTreeMap::new(),
            end: 0,
            high_watermark: 0,
            start: 0,
            deleted_before: 0,
            cut_to: i64::MAX,
            skipped: None,
        }
    }
}

impl TopicModel {
    pub(super) fn new(name: &str, id: Uuid, partitions: usize) -> TopicModel {
        let partitions: Vec<PartitionModel> = (0..partitions).map(|_| PartitionModel::default()).collect();
        let maybe_partitions = partitions.len();
        TopicModel {
            id,
            kind: Kind::of(name),
            partitions,
            maybe_partitions,
            maybe_gone: false,
            deletion_failed: false,
            loss: Loss::Nothing,
        }
    }

    pub(crate) fn partition(&self, index: i32) -> Option<&PartitionModel> {
        self.partitions.get(usize::try_from(index).ok()?)
    }

    pub(super) fn grow(&mut self, count: usize) {
        while self.partitions.len() < count {
            self.partitions.push(PartitionModel::default());
        }
        self.maybe_partitions = self.maybe_partitions.max(count);
    }

    pub(super) fn crashed(&mut self, loss: Loss) {
        self.loss = match (self.loss, loss) {
            (Loss::Ends, _) | (_, Loss::Ends) => Loss::Ends,
            (Loss::Unacknowledged, _) | (_, Loss::Unacknowledged) => Loss::Unacknowledged,
            (Loss::Nothing, Loss::Nothing) => Loss::Nothing,
        };
    }
}

impl PartitionModel {
    /// An offset that a reader may be told is out of range.
    pub(crate) fn may_be_out_of_range(&self, kind: Kind, offset: i64) -> bool {
        offset < self.deleted_before || offset > self.end.min(self.cut_to) || kind == Kind::Retained
    }

    /// The last observed log start offset.
    pub(crate) fn begins_at(&self) -> i64 {
        self.start
    }

    fn key(&self, batches: &[Sent], offset: i64) -> Option<u8> {
        let known = self.known.get(&offset)?;
        batches[known.batch].keys[known.place as usize]
    }

    /// Returns the first known record between two offsets that no later one has overwritten.
    fn first_kept(&self, batches: &[Sent], from: i64, to: i64) -> Option<i64> {
        self.known.range(from..to.max(from)).map(|(offset, _)| *offset).find(|offset| {
            let key = self.key(batches, *offset);
            key.and_then(|key| self.latest.get(&key)).is_none_or(|latest| latest <= offset)
        })
    }
}

impl Model {
    pub(crate) fn book(&mut self, topic: &str, index: i32) -> Option<&mut PartitionModel> {
        self.topics.get_mut(topic)?.partitions.get_mut(usize::try_from(index).ok()?)
    }

    /// Notes that records before `offset` may be deleted.
    pub(crate) fn may_delete(&mut self, topic: &str, id: Uuid, index: i32, offset: i64) {
        if self.topic_id(topic) == Some(id)
            && let Some(book) = self.book(topic, index)
        {
            book.deleted_before = book.deleted_before.max(offset);
        }
    }

    fn note(&mut self, topic: &str, index: i32, read: Read, acked: bool) {
        let Some(sent) = self.batches.get(read.batch) else {
            return self
                .fail(Checker::Reader, format!("{topic}-{index} {}: a record that was never sent", read.offset));
        };
        if sent.topic != topic || sent.partition != index || read.place as usize >= sent.keys.len() {
            let what = format!("{topic}-{index} {}: a record of {}-{}", read.offset, sent.topic, sent.partition);
            return self.fail(Checker::Reader, what);
        }
        let key = sent.keys[read.place as usize];
        let Some(book) = self.book(topic, index) else { return };
        let new = Known { batch: read.batch, place: read.place, acked };
        let known = book.known.entry(read.offset).or_insert(new);
        if (known.batch, known.place) != (new.batch, new.place) {
            let what = format!(
                "{topic}-{index} {}: first it was record {} of batch {} (acknowledged: {}), now {} of {}",
                read.offset, known.place, known.batch, known.acked, new.place, new.batch
            );
            let checker = if known.acked { Checker::Acknowledged } else { Checker::Offsets };
            return self.fail(checker, what);
        }
        known.acked |= acked;
        book.end = book.end.max(read.offset + 1);
        if let Some(key) = key {
            let latest = book.latest.entry(key).or_insert(read.offset);
            *latest = read.offset.max(*latest);
        }
    }

    /// The broker has acknowledged a batch.
    pub(crate) fn acknowledged(&mut self, topic: &str, index: i32, batch: usize, base: i64) {
        self.acked += 1;
        let sent = &mut self.batches[batch];
        let count = sent.keys.len() as i64;
        let before = sent.acked.replace(base);
        if sent.once && before.is_some_and(|before| before != base) {
            let what = format!("{topic}-{index}: batch {batch} was at {before:?}, and its retry is at {base}");
            return self.fail(Checker::Idempotence, what);
        }
        if base < 0 {
            return self.fail(Checker::Offsets, format!("{topic}-{index}: batch {batch} is acknowledged at {base}"));
        }
        for place in 0..count {
            self.note(topic, index, Read { offset: base + place, batch, place: place as u32 }, true);
        }
    }

    /// Checks both ends of a log.
    pub(crate) fn ends(&mut self, topic: &str, index: i32, log_start: Option<i64>, high_watermark: i64) {
        if !self.topics.contains_key(topic) {
            return;
        }
        let Some(book) = self.book(topic, index) else {
            return self.fail(Checker::Topics, format!("{topic}-{index} is answered, and should not be there"));
        };
        let least = book.high_watermark.max(book.end);
        book.high_watermark = least.max(high_watermark);
        if let Some(log_start) = log_start {
            self.begins(topic, index, log_start);
        }
        if high_watermark < least {
            let what = format!("{topic}-{index}: the high watermark goes back from {least} to {high_watermark}");
            self.fail(Checker::Watermark, what);
        }
    }

    /// Checks the log start offset.
    pub(crate) fn begins(&mut self, topic: &str, index: i32, log_start: i64) {
        let Some(kind) = self.topics.get(topic).map(|topic| topic.kind) else { return };
        let Some(book) = self.book(topic, index) else { return };
        let (before, deleted_before) = (std::mem::replace(&mut book.start, log_start), book.deleted_before);
        if kind != Kind::Retained && log_start > deleted_before {
            let what = format!("{topic}-{index}: the log begins at {log_start}, deleted was up to {deleted_before}");
            self.fail(Checker::Acknowledged, what);
        } else if log_start < before {
            let what = format!("{topic}-{index}: the log began at {before}, and now at {log_start}");
            self.fail(Checker::Watermark, what);
        }
    }

    /// Checks batches that were read: in order, and without gaps unless compacted.
    pub(crate) fn given(&mut self, topic: &str, index: i32, batches: &[ReadBatch]) {
        let Some(kind) = self.topics.get(topic).map(|topic| topic.kind) else { return };
        let mut next = None;
        for batch in batches {
            let gapless = kind == Kind::Compacted || next.is_none_or(|next| batch.base == next);
            if !gapless || next.is_some_and(|next| batch.base < next) {
                let what = format!("{topic}-{index}: after offset {next:?} comes a batch at {}", batch.base);
                return self.fail(Checker::Offsets, what);
            }
            if kind != Kind::Compacted && batch.reads.len() as i64 != batch.last - batch.base + 1 {
                let what = format!("{topic}-{index}: the batch at {} lacks records", batch.base);
                return self.fail(Checker::Offsets, what);
            }
            next = Some(batch.last + 1);
            for read in &batch.reads {
                self.read += 1;
                self.note(topic, index, *read, false);
            }
        }
    }

    /// Checks that a read from offset `from` skipped nothing.
    pub(crate) fn read_from(&mut self, topic: &str, index: i32, from: i64, batches: &[ReadBatch]) {
        let Some(first) = batches.first() else { return };
        let sent = &self.batches;
        let book = self.topics.get_mut(topic).and_then(|t| t.partitions.get_mut(usize::try_from(index).ok()?));
        let Some(book) = book else { return };
        if first.last < from {
            let what = format!("{topic}-{index}: asked for {from}, given up to {}", first.last);
            return self.fail(Checker::Reader, what);
        }
        let compacted = Kind::of(topic) == Kind::Compacted;
        // A second reader may have been given the same batch before compaction took its first records.
        let mut expected = from.max(book.start);
        for batch in batches {
            if compacted {
                for offset in batch.reads.iter().map(|read| read.offset).chain([batch.last + 1]) {
                    book.skipped = book.skipped.or_else(|| book.first_kept(sent, expected, offset));
                    expected = expected.max(offset + 1);
                }
            } else if batch.base > expected {
                let what = format!("{topic}-{index}: asked for {from}, {expected} is skipped, given {}", batch.base);
                return self.fail(Checker::Reader, what);
            }
            expected = batch.last + 1;
        }
    }

    /// Checks all of one log.
    pub(crate) fn check_log(
        &mut self,
        topic: &str,
        index: i32,
        ends: (i64, i64),
        batches: &[ReadBatch],
        restarted: bool,
    ) {
        let (log_start, high_watermark) = ends;
        let Some(loss) = self.topics.get(topic).map(|topic| topic.loss) else { return };
        if restarted {
            self.after_restart(topic, index, ends, loss);
            if self.violation.is_some() {
                return;
            }
        }
        self.ends(topic, index, Some(log_start), high_watermark);
        self.given(topic, index, batches);
        if self.violation.is_some() {
            return;
        }
        self.complete(topic, index, ends, batches, restarted);
        if let Some(book) = self.book(topic, index) {
            book.skipped = None;
        }
        self.once_and_in_order(topic, index, batches);
    }

    /// Forgets what a crash was allowed to take.
    fn after_restart(&mut self, topic: &str, index: i32, (log_start, high_watermark): (i64, i64), loss: Loss) {
        let Some(book) = self.topics.get_mut(topic).and_then(|t| t.partitions.get_mut(index as usize)) else { return };
        // The log start offset is persisted only periodically, as by Kafka.
        book.start = log_start;
        let mut beyond = book.known.range(high_watermark..);
        let lost = match loss {
            Loss::Nothing => beyond.next(),
            Loss::Unacknowledged => beyond.find(|(_, known)| known.acked),
            Loss::Ends => None,
        };
        if let Some((offset, known)) = lost {
            let checker = if known.acked { Checker::Acknowledged } else { Checker::Recovery };
            let what = format!(
                "{topic}-{index} {offset}: record {} of batch {} is gone (acknowledged: {}); the log ends at \
                 {high_watermark}",
                known.place, known.batch, known.acked
            );
            return self.fail(checker, what);
        }
        if loss != Loss::Nothing {
            book.skipped = None;
        }
        match loss {
            Loss::Nothing => return,
            Loss::Unacknowledged => {
                // Kafka, too, may serve unacknowledged records.
                book.known.retain(|offset, _| *offset < high_watermark);
            }
            Loss::Ends => {
                for (_, known) in book.known.range(high_watermark..) {
                    self.batches[known.batch].acked = None;
                }
                book.known.retain(|offset, _| *offset < high_watermark);
                // Deleted records may be back, and stay then.
                book.deleted_before = book.deleted_before.max(log_start);
            }
        }
        book.end = book.known.last_key_value().map_or(0, |(offset, _)| offset + 1);
        book.cut_to = high_watermark;
        book.high_watermark = 0;
        book.latest.clear();
        for (offset, known) in &book.known {
            if let Some(key) = self.batches[known.batch].keys[known.place as usize] {
                book.latest.insert(key, *offset);
            }
        }
    }

    /// Checks that every known record exists, unless it was deleted or overwritten.
    fn complete(&mut self, topic: &str, index: i32, ends: (i64, i64), batches: &[ReadBatch], restarted: bool) {
        let (log_start, high_watermark) = ends;
        let kind = self.topics[topic].kind;
        let next = batches.last().map_or(log_start, |batch| batch.last + 1);
        let begins = batches.first().is_none_or(|batch| batch.base <= log_start);
        if kind != Kind::Compacted && (next != high_watermark || !begins) {
            let what = format!("{topic}-{index}: from {log_start} to {high_watermark}, read up to {next}");
            return self.fail(Checker::Offsets, what);
        }
        let found: BTreeMap<i64, Read> =
            batches.iter().flat_map(|p| &p.reads).map(|read| (read.offset, *read)).collect();
        let mut latest: BTreeMap<Option<u8>, i64> = BTreeMap::new();
        for read in found.values() {
            latest.insert(self.batches[read.batch].keys[read.place as usize], read.offset);
        }
        let Some(book) = self.topics[topic].partition(index) else { return };
        let skipped = book.skipped.filter(|offset| *offset >= log_start);
        if let Some(skipped) = skipped.and_then(|offset| book.first_kept(&self.batches, offset, offset + 1)) {
            let what = format!("{topic}-{index} {skipped}: a reader was not given it");
            return self.fail(Checker::Reader, what);
        }
        let lost = book.known.range(log_start..).find(|(offset, known)| {
            let key = self.batches[known.batch].keys[known.place as usize];
            let overwritten = kind == Kind::Compacted && latest.get(&key).is_some_and(|latest| latest > offset);
            !found.contains_key(offset) && !overwritten
        });
        if let Some((offset, known)) = lost {
            let checker = match known.acked {
                true => Checker::Acknowledged,
                false if restarted => Checker::Recovery,
                false => Checker::Reader,
            };
            let what = format!(
                "{topic}-{index} {offset}: record {} of batch {} is gone (acknowledged: {}); the log is {log_start}..\
                 {high_watermark}",
                known.place, known.batch, known.acked
            );
            self.fail(checker, what);
        }
    }

    fn once_and_in_order(&mut self, topic: &str, index: i32, batches: &[ReadBatch]) {
        let mut seen: BTreeMap<(usize, u32), i64> = BTreeMap::new();
        let mut lines: BTreeMap<u64, usize> = BTreeMap::new();
        for read in batches.iter().flat_map(|batch| &batch.reads) {
            let sent = &self.batches[read.batch];
            if !sent.once {
                continue;
            }
            if let Some(before) = seen.insert((read.batch, read.place), read.offset) {
                let what = format!("{topic}-{index}: batch {} is at {before} and at {}", read.batch, read.offset);
                return self.fail(Checker::Idempotence, what);
            }
            let last = lines.entry(sent.line).or_insert(read.batch);
            if *last > read.batch {
                let what = format!("{topic}-{index} {}: batch {} comes after {last}", read.offset, read.batch);
                return self.fail(Checker::Offsets, what);
            }
            *last = read.batch;
        }
    }

    /// Removes a topic: retries go to a new topic of its name.
    pub(super) fn unacknowledge(&mut self, topic: &str) {
        self.batches.iter_mut().filter(|sent| sent.topic == topic).for_each(|sent| sent.acked = None);
    }

    /// Checks the existing topics: name, id, partitions.
    pub(crate) fn check_topics(&mut self, found: &[(String, Uuid, usize)], restarted: bool) {
        for (name, id, count) in found {
            if self.gone.contains(id) {
                return self.fail(Checker::Topics, format!("{name} was deleted, and is there"));
            }
            let made = self.maybe_made.remove(name);
            match self.topics.get_mut(name) {
                Some(book) if book.id == *id => {
                    let range = book.partitions.len()..=book.maybe_partitions;
                    if !range.contains(count) {
                        let what = format!("{name} has {count} partitions instead of {range:?}");
                        return self.fail(Checker::Topics, what);
                    }
                    book.partitions.truncate(*count);
                    book.grow(*count);
                    if restarted {
                        book.maybe_partitions = *count;
                    }
                    book.maybe_gone &= !restarted;
                    book.deletion_failed &= !restarted;
                }
                Some(book) if !book.maybe_gone => {
                    let what = format!("{name} has another id: {id} instead of {}", book.id);
                    return self.fail(Checker::Topics, what);
                }
                None if !made && self.starts > 1 => {
                    return self.fail(Checker::Topics, format!("{name} exists and was never created"));
                }
                _ => {
                    self.topics.insert(name.clone(), TopicModel::new(name, *id, *count));
                    self.unacknowledge(name);
                    self.forget_commits(name);
                }
            }
        }
        let missing = |name: &String| !found.iter().any(|(found, ..)| found == name);
        let missing: Vec<String> = self.topics.keys().filter(|name| missing(name)).cloned().collect();
        for name in missing {
            if !restarted && self.topics[&name].deletion_failed {
                // The next start may find it.
                continue;
            }
            let book = self.topics.remove(&name).expect("named above");
            if !book.maybe_gone {
                return self.fail(Checker::Topics, format!("{name} is gone and was never deleted"));
            }
            self.unacknowledge(&name);
            self.forget_commits(&name);
        }
    }

    /// Ends the check of a restart: nothing may be lost until the next one.
    pub(crate) fn settled(&mut self) {
        self.maybe_made.clear();
        self.topics.values_mut().for_each(|topic| topic.loss = Loss::Nothing);
    }
}
