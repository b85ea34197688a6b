mod transactions;
mod transactions_on_disk;

use bytes::Bytes;
use wire::{ErrorCode, batch::Batch, record::Records};

use super::{
    AppendError, InflateBudget, InvalidRecord, Partition,
    lookup::LookupError,
    testing::{Given, batch, gzipped, plain, sequenced},
};
use crate::{
    clock::{Instant, Now},
    configs::TopicConfig,
    sync::lock,
};

/// A day in 2026.
const WALL: i64 = 1_790_000_000_000;

fn at(ms: i64) -> Now {
    Now { instant: Instant(0).after_ms(ms), wall_ms: WALL + ms }
}

fn append(partition: &Partition, bytes: &[u8], config: &TopicConfig) -> Result<i64, AppendError> {
    partition.append(bytes, config, at(0)).map(|appended| appended.base_offset)
}

/// Slices that are batches each, as they are in memory.
fn read(partition: &Partition, from: i64, bytes_max: usize, at_least_one: bool) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    partition.read(from, bytes_max, at_least_one, usize::MAX, &mut pieces).unwrap();
    pieces.iter().map(|piece| piece.bytes().unwrap()).collect()
}

/// All that is kept, as offset, key and value.
fn kept(partition: &Partition) -> Vec<(i64, Vec<u8>, Option<Vec<u8>>)> {
    let (start, _) = partition.range();
    let slices = read(partition, start, usize::MAX, true);
    let mut all = Vec::new();
    for slice in &slices {
        let (batch, rest) = Batch::first(slice).expect("what is in the log is sound");
        assert!(rest.is_empty());
        for record in Records::new(&batch.inflated(4 << 20).unwrap(), batch.record_count()).flatten() {
            let offset = batch.base_offset() + i64::from(record.offset_delta);
            all.push((offset, record.key.unwrap_or_default().to_vec(), record.value.map(<[u8]>::to_vec)));
        }
    }
    all.retain(|record| record.0 >= start);
    all
}

#[test]
fn offsets_are_gapless_and_an_offset_in_a_batch_returns_that_batch() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    assert_eq!(append(&partition, &plain(3, 10, WALL), &config), Ok(0));
    assert_eq!(append(&partition, &plain(5, 10, WALL), &config), Ok(3));
    assert_eq!(partition.range(), (0, 8));
    let slices = read(&partition, 4, usize::MAX, true);
    assert_eq!(slices.len(), 1);
    assert_eq!(Batch::first(&slices[0]).unwrap().0.base_offset(), 3);
    assert_eq!(Batch::first(&slices[0]).unwrap().0.leader_epoch(), 0);
    assert!(read(&partition, 8, usize::MAX, true).is_empty(), "at the end there is nothing");
    assert!(partition.read(9, 1, true, 1, &mut Vec::new()).is_err());
    assert!(partition.read(-1, 1, true, 1, &mut Vec::new()).is_err());
}

#[test]
fn the_first_batch_is_returned_whole_however_small_the_limit() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    append(&partition, &plain(1, 5_000, WALL), &config).unwrap();
    append(&partition, &plain(1, 5_000, WALL), &config).unwrap();
    let read = |bytes_max, at_least_one| read(&partition, 0, bytes_max, at_least_one).len();
    assert_eq!((read(1, true), read(1, false), read(6_000, false), read(20_000, false)), (1, 0, 1, 2));
}

#[test]
fn a_retry_of_any_of_the_last_five_batches_is_answered_with_where_it_is() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    let send = |sequence| append(&partition, &sequenced(&[(WALL, None, Some(b"v"))], 7, 0, sequence), &config);
    for sequence in 0..6 {
        assert_eq!(send(sequence), Ok(sequence.into()));
    }
    for sequence in 1..6 {
        assert_eq!(send(sequence), Ok(sequence.into()), "a retry");
    }
    assert_eq!(partition.range(), (0, 6));
    let error = send(0).unwrap_err();
    assert_eq!(ErrorCode::from(&error), ErrorCode::OutOfOrderSequenceNumber);
    assert!(send(7).is_err(), "a gap");
    assert_eq!(send(6), Ok(6));
}

#[test]
fn a_sequence_wraps_and_an_older_epoch_is_refused() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    let send = |epoch, sequence, count: usize| {
        let records: Vec<Given<'_>> = vec![(WALL, None, Some(b"v")); count];
        append(&partition, &sequenced(&records, 7, epoch, sequence), &config)
    };
    assert_eq!(send(0, i32::MAX - 1, 4), Ok(0), "nothing is known of it, so any number will do");
    assert_eq!(send(0, 2, 1), Ok(4));
    assert_eq!(send(1, 5, 1).map_err(|e| ErrorCode::from(&e)), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(send(1, 0, 1), Ok(5));
    assert_eq!(send(0, 3, 1).map_err(|e| ErrorCode::from(&e)), Err(ErrorCode::InvalidProducerEpoch));
}

/// The last batches are known across the end of the numbers too, and a gap there is one.
#[test]
fn a_retry_is_known_where_the_sequence_wraps() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    let send = |sequence| append(&partition, &sequenced(&[(WALL, None, Some(&b"v"[..])); 2], 7, 0, sequence), &config);
    for (number, sequence) in [i32::MAX - 3, i32::MAX - 1, 0, 2].into_iter().enumerate() {
        assert_eq!(send(sequence), Ok(2 * number as i64));
    }
    for (number, sequence) in [i32::MAX - 3, i32::MAX - 1, 0, 2].into_iter().enumerate() {
        assert_eq!(send(sequence), Ok(2 * number as i64), "a retry");
    }
    // In the middle of a batch it wraps as well.
    let partition = Partition::new(0, |_| ());
    let send = |sequence, count| {
        append(&partition, &sequenced(&vec![(WALL, None, Some(&b"v"[..])); count], 7, 0, sequence), &config)
    };
    assert_eq!((send(i32::MAX, 3), send(i32::MAX, 3)), (Ok(0), Ok(0)));
    assert_eq!(send(1, 1).map_err(|e| ErrorCode::from(&e)), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(send(3, 1).map_err(|e| ErrorCode::from(&e)), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(send(2, 1), Ok(3));
}

/// `producer.id.expiration.ms`: a producer that was silent for that long is unknown, and begins where it likes.
#[test]
fn a_producer_that_was_silent_for_long_is_forgotten() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig { retention_ms: -1, ..TopicConfig::default() });
    let send = |epoch, sequence, ms| {
        let bytes = sequenced(&[(WALL, None, Some(b"v"))], 7, epoch, sequence);
        let appended = partition.append(&bytes, &config, at(ms));
        appended.map(|appended| appended.base_offset).map_err(|e| ErrorCode::from(&e))
    };
    assert_eq!(send(3, 0, 0), Ok(0));
    partition.run_maintenance(&config, 1_000, at(999));
    assert_eq!(send(3, 5, 999), Err(ErrorCode::OutOfOrderSequenceNumber), "what is refused is no sign of life");
    assert_eq!(send(2, 1, 999), Err(ErrorCode::InvalidProducerEpoch));
    partition.run_maintenance(&config, 1_000, at(1_000));
    assert_eq!(partition.producers().len(), 0);
    assert_eq!(send(2, 5, 1_000), Ok(1));
    assert_eq!(send(2, 5, 1_000), Ok(1), "and is known again");
}

#[test]
fn a_batch_that_is_refused_moves_no_sequence() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig { compact: true, ..TopicConfig::default() });
    let keyless = sequenced(&[(WALL, None, Some(b"v"))], 7, 0, 0);
    assert_eq!(append(&partition, &keyless, &config).map_err(|e| ErrorCode::from(&e)), Err(ErrorCode::InvalidRecord));
    let keyed = sequenced(&[(WALL, Some(b"k"), Some(b"v"))], 7, 0, 0);
    assert_eq!(append(&partition, &keyed, &config), Ok(0), "no duplicate");
}

#[test]
fn sizes_and_timestamps_have_limits() {
    let partition = Partition::new(0, |_| ());
    let config = TopicConfig { max_message_bytes: 200, timestamp_before_max_ms: 1_000, ..TopicConfig::default() };
    let code = |bytes: &[u8]| append(&partition, bytes, &config).map_err(|e| ErrorCode::from(&e));
    assert_eq!(code(&plain(1, 300, WALL)), Err(ErrorCode::MessageTooLarge));
    // Kafka weighs a batch before it sums it.
    let mut rotten = plain(1, 300, WALL);
    *rotten.last_mut().unwrap() ^= 1;
    assert_eq!(code(&rotten), Err(ErrorCode::MessageTooLarge));
    rotten[7] = 1;
    assert_eq!(code(&rotten), Err(ErrorCode::InvalidRecord));
    assert_eq!(code(&plain(1, 10, WALL + 3_600_001)), Err(ErrorCode::InvalidTimestamp));
    assert_eq!(code(&plain(1, 10, WALL - 1_001)), Err(ErrorCode::InvalidTimestamp));
    assert_eq!(code(&plain(1, 10, WALL - 1_000)), Ok(0));
    assert_eq!(code(&plain(1, 10, -1)), Ok(1), "no timestamp");
}

#[test]
fn bad_records_are_named_but_not_all_of_a_thousand() {
    let partition = Partition::new(0, |_| ());
    let config = TopicConfig { compact: true, ..TopicConfig::default() };
    let given: Vec<Given<'_>> = (0..1000).map(|_| (WALL, None, Some(&b"v"[..]))).collect();
    let refused = partition.append(&batch(&given), &config, at(0));
    let Err(AppendError::Records(bad)) = refused else { panic!("{refused:?}") };
    assert_eq!((bad.count(), bad.named.len(), bad.named[99]), (1000, 100, (99, InvalidRecord::Keyless)));
    assert_eq!(bad.code(), ErrorCode::InvalidRecord);

    let mixed = [(WALL, Some(&b"k"[..]), None), (WALL, None, None), (WALL + 3_600_001, Some(&b"k"[..]), None)];
    let refused = partition.append(&batch(&mixed), &config, at(0));
    let Err(AppendError::Records(bad)) = refused else { panic!("{refused:?}") };
    assert_eq!(bad.named, [(1, InvalidRecord::Keyless), (2, InvalidRecord::Timestamp(WALL + 3_600_001))]);
    assert_eq!(bad.code(), ErrorCode::InvalidTimestamp, "as Kafka has it, if there is one of these");
}

#[test]
fn a_batch_that_is_known_is_answered_with_its_time() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    let bytes = sequenced(&[(WALL, None, Some(b"v"))], 7, 0, 0);
    let times = [-1, WALL].map(|_| partition.append(&bytes, &config, at(0)).unwrap().log_append_time_ms);
    assert_eq!(times, [-1, WALL]);
}

#[test]
fn log_append_time_is_the_brokers() {
    let (partition, config) =
        (Partition::new(0, |_| ()), TopicConfig { log_append_time: true, ..TopicConfig::default() });
    let appended = partition.append(&plain(2, 10, 5), &config, at(7)).unwrap();
    assert_eq!(appended.log_append_time_ms, WALL + 7);
    let slices = read(&partition, 0, 1, true);
    let batch = Batch::first(&slices[0]).unwrap().0;
    assert!(batch.is_log_append_time());
    assert_eq!(batch.max_timestamp(), WALL + 7);
    let found = partition.first_since(WALL + 7, &mut InflateBudget::default()).unwrap().unwrap();
    assert_eq!((found.offset, found.timestamp), (0, WALL + 7));
}

#[test]
fn a_time_finds_the_first_record_that_is_not_older() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    let records = |times: &[i64]| -> Vec<u8> {
        batch(&times.iter().map(|ms| (WALL + ms, None, Some(&b"v"[..]))).collect::<Vec<_>>())
    };
    append(&partition, &records(&[10, 30, 20]), &config).unwrap();
    append(&partition, &records(&[40]), &config).unwrap();
    let since = |ms| {
        partition
            .first_since(WALL + ms, &mut InflateBudget::default())
            .unwrap()
            .map(|found| (found.offset, found.timestamp - WALL))
    };
    assert_eq!(since(0), Some((0, 10)));
    assert_eq!(since(15), Some((1, 30)));
    assert_eq!(since(31), Some((3, 40)));
    assert_eq!(since(41), None);
    assert_eq!(partition.latest(&mut InflateBudget::default()).unwrap().map(|found| found.offset), Some(3));
    partition.delete_records(2).unwrap();
    assert_eq!(since(0), Some((2, 20)), "what is deleted is not found");
    partition.delete_records(4).unwrap();
    assert_eq!((since(0), partition.latest(&mut InflateBudget::default())), (None, Ok(None)));
}

#[test]
fn delete_records_moves_the_start_and_never_back() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    append(&partition, &plain(10, 10, WALL), &config).unwrap();
    assert_eq!(partition.delete_records(4), Ok(4));
    assert_eq!(partition.delete_records(2), Ok(4));
    assert!(partition.delete_records(11).is_err());
    assert_eq!(kept(&partition).len(), 6);
    assert_eq!(partition.delete_records(-1), Ok(10));
    assert_eq!((partition.range(), partition.size()), ((10, 10), 0));
    assert_eq!(append(&partition, &plain(1, 10, WALL), &config), Ok(10));
}

#[test]
fn retention_by_size_keeps_at_least_what_is_asked_and_not_much_more() {
    let kept_bytes = 4 << 20;
    let config = TopicConfig { retention_bytes: kept_bytes, ..TopicConfig::default() };
    let partition = Partition::new(0, |_| ());
    for _ in 0..1_000 {
        append(&partition, &plain(1, 100_000, WALL), &config).unwrap();
    }
    assert!(partition.size() >= kept_bytes as u64);
    assert!(partition.size() < kept_bytes as u64 + (2 << 20), "{}", partition.size());
    assert!(partition.range().0 > 900);
}

#[test]
fn retention_by_time_takes_the_active_segment_too_and_minus_one_keeps_for_ever() {
    let for_ever = TopicConfig { retention_ms: -1, ..TopicConfig::default() };
    let an_hour = TopicConfig { retention_ms: 3_600_000, ..TopicConfig::default() };
    let partition = Partition::new(0, |_| ());
    append(&partition, &plain(3, 10, WALL), &an_hour).unwrap();
    partition.run_maintenance(&for_ever, 1, at(1_000_000_000));
    partition.run_maintenance(&an_hour, 1, at(3_600_000));
    assert_eq!(partition.range(), (0, 3));
    partition.run_maintenance(&an_hour, 1, at(3_600_001));
    assert_eq!(partition.range(), (3, 3));
}

#[test]
fn compaction_keeps_the_latest_of_each_key_and_its_offset() {
    let config = TopicConfig { compact: true, delete: false, segment_bytes: 400, ..TopicConfig::default() };
    let partition = Partition::new(0, |_| ());
    let put = |key: &[u8], value: Option<&[u8]>| {
        append(&partition, &batch(&[(WALL, Some(key), value), (WALL, Some(b"other"), Some(b"o"))]), &config).unwrap();
    };
    for round in 0..10u8 {
        put(b"a", Some(&[round]));
    }
    put(b"a", None);
    for round in 0..10u8 {
        put(b"b", Some(&[round]));
    }
    partition.run_maintenance(&config, 1, at(1));
    let after = kept(&partition);
    let of = |key: &[u8]| after.iter().filter(|record| record.1 == key).collect::<Vec<_>>();
    assert_eq!(of(b"a"), [&(20, b"a".to_vec(), None)], "the deletion is kept for a while");
    assert!(of(b"b").len() < 10);
    assert_eq!(of(b"b").last().unwrap().2, Some(vec![9]));
    assert!(after.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(partition.range(), (0, 42));
    // A reader in a gap is given what comes next.
    let slices = read(&partition, 2, 1, true);
    assert!(Batch::first(&slices[0]).unwrap().0.last_offset() >= 20);

    partition.run_maintenance(&config, 1, at(config.delete_retention_ms + 2));
    assert!(kept(&partition).iter().all(|record| record.1 != b"a"), "and goes then");
}

/// What was compressed stays so: a batch of a few kilobytes became a hundred megabytes, which no client takes.
#[test]
fn compaction_keeps_the_codec() {
    let config = TopicConfig { compact: true, delete: false, segment_bytes: 400, ..TopicConfig::default() };
    for codec in 1..=4u8 {
        let partition = Partition::new(0, |_| ());
        let large = vec![codec; 1 << 20];
        let mut made = batch(&[(WALL, Some(b"a"), Some(&large)), (WALL, Some(b"b"), Some(&large))]);
        made[22] |= codec;
        let given = Batch::stored(&made);
        let compressed = wire::batch::with_records(&given, &made[61..], 2, given.max_timestamp());
        assert!(compressed.len() < 100_000, "{codec}: {}", compressed.len());
        append(&partition, &compressed, &config).unwrap();
        append(&partition, &batch(&[(WALL, Some(b"a"), Some(b"later"))]), &config).unwrap();
        append(&partition, &plain(1, 390, WALL), &config).unwrap();
        partition.run_maintenance(&config, 1, at(1));
        let stored = read(&partition, 0, usize::MAX, true);
        let first = Batch::first(&stored[0]).unwrap().0;
        assert_eq!((first.record_count(), first.compression()), (1, given.compression()));
        assert!(stored[0].len() < compressed.len());
        let left = kept(&partition);
        assert_eq!(left[0], (1, b"b".to_vec(), Some(large)), "{codec}");
        assert_eq!(left[1], (2, b"a".to_vec(), Some(b"later".to_vec())));
    }
}

/// A round remembers so many keys and no more; the next ones go on where it stopped, and the same is left in the end.
#[test]
fn compaction_of_more_keys_than_fit_takes_several_rounds() {
    let config = TopicConfig {
        compact: true,
        delete: false,
        segment_bytes: 400,
        min_cleanable_dirty_ratio: 0.0,
        ..TopicConfig::default()
    };
    let filled = || {
        let partition = Partition::new(0, |_| ());
        for i in 0..60u8 {
            append(&partition, &batch(&[(WALL, Some(&[i % 7]), Some(&[i; 50]))]), &config).unwrap();
        }
        partition
    };
    let (at_once, in_rounds) = (filled(), filled());
    at_once.compact_within(usize::MAX, &config, at(1));
    let wanted = kept(&at_once);
    assert!(wanted.len() < 15);
    let mut left = vec![kept(&in_rounds).len()];
    while kept(&in_rounds) != wanted {
        in_rounds.compact_within(0, &config, at(1));
        left.push(kept(&in_rounds).len());
        assert!(left.len() < 60, "{left:?}");
    }
    assert!(left.len() > 3 && left.is_sorted_by(|one, next| one >= next), "{left:?}");
}

#[test]
fn young_records_are_not_compacted() {
    let config = TopicConfig {
        compact: true,
        delete: false,
        segment_bytes: 200,
        min_compaction_lag_ms: 1_000,
        ..TopicConfig::default()
    };
    let partition = Partition::new(0, |_| ());
    for _ in 0..10 {
        append(&partition, &plain(1, 50, WALL), &config).unwrap();
    }
    partition.run_maintenance(&config, 1, at(999));
    assert_eq!(kept(&partition).len(), 10);
    partition.run_maintenance(&config, 1, at(1_000));
    assert!(kept(&partition).len() < 5);
}

/// Kafka's `LogValidator`: a producer has no business with the type, which is looked at where the time is not.
#[test]
fn a_producer_does_not_say_that_its_time_is_the_brokers() {
    let typed = |timestamp| {
        let mut bytes = plain(2, 10, WALL);
        wire::batch::set_log_append_time(&mut bytes, timestamp);
        bytes
    };
    let refused = |config: &TopicConfig, bytes: &[u8]| match append(&Partition::new(0, |_| ()), bytes, config) {
        Err(AppendError::Records(bad)) => (bad.code(), bad.count(), bad.named[0]),
        other => panic!("{other:?}"),
    };
    let wrong = (ErrorCode::InvalidTimestamp, 2, (0, InvalidRecord::TimestampType));
    assert_eq!(refused(&TopicConfig { log_append_time: true, ..TopicConfig::default() }, &typed(WALL)), wrong);
    assert_eq!(refused(&TopicConfig::default(), &typed(-1)), wrong);
    // With a time, Kafka takes the batch's for each of its records, and forgets the type.
    let partition = Partition::new(0, |_| ());
    append(&partition, &typed(WALL + 5), &TopicConfig::default()).unwrap();
    let slices = read(&partition, 0, 1, true);
    let stored = Batch::first(&slices[0]).unwrap().0;
    assert_eq!((stored.is_log_append_time(), stored.max_timestamp()), (false, WALL + 5));
}

/// Offsets in an index are relative to the segment, of 31 bits in Kafka's files.
#[test]
fn a_segment_ends_before_its_offsets_become_too_far() {
    let (partition, config) = (Partition::new(0, |_| ()), TopicConfig::default());
    append(&partition, &plain(1, 10, WALL), &config).unwrap();
    let far = i64::from(i32::MAX) - 2;
    lock(&partition.log).log_end_offset = far;
    append(&partition, &plain(3, 10, WALL), &config).unwrap();
    assert_eq!(lock(&partition.log).segments.len(), 1, "its last offset is 2^31-1");
    append(&partition, &plain(1, 10, WALL), &config).unwrap();
    let bases: Vec<i64> = lock(&partition.log).segments.iter().map(|segment| segment.base_offset).collect();
    assert_eq!(bases, [0, far + 3]);
}

/// A hundred megabytes of zeros are a hundred kilobytes in the log, and were inflated for each question about the time.
#[test]
fn a_lookup_inflates_no_further_than_it_has_to() {
    let partition = Partition::new(0, |_| ());
    let value = vec![0; 100_000];
    let records: Vec<Given<'_>> = (0..100).map(|i| (WALL + i, Some(&b"k"[..]), Some(&value[..]))).collect();
    append(&partition, &gzipped(&batch(&records)), &TopicConfig::default()).unwrap();
    let mut budget = InflateBudget::default();
    let before = budget.inflated_left;
    assert_eq!(partition.first_since(WALL, &mut budget).unwrap().unwrap().offset, 0);
    assert!(before - budget.inflated_left < 500_000, "{budget:?}");
    assert_eq!(partition.first_since(WALL + 99, &mut budget).unwrap().unwrap().offset, 99);
    assert!(before - budget.inflated_left > 9_000_000, "{budget:?}");
    budget.inflated_left = 1_000_000;
    assert_eq!(partition.first_since(WALL + 50, &mut budget), Err(LookupError::TooMuch));
    assert_eq!(ErrorCode::from(LookupError::TooMuch), ErrorCode::RequestTimedOut);
}

/// Whatever happens to a log, it is what a list of records would be.
#[test]
fn a_log_is_a_list_of_records() {
    arbtest::arbtest(|u| {
        let config = TopicConfig { segment_bytes: u.int_in_range(100..=5_000)?, ..TopicConfig::default() };
        let partition = Partition::new(0, |_| ());
        let (mut model, mut start): (Vec<Vec<u8>>, usize) = (Vec::new(), 0);
        for _ in 0..u.int_in_range(0..=60)? {
            if u.ratio(4, 5)? {
                let count = u.int_in_range(1..=4)?;
                let values: Vec<Vec<u8>> = (0..count)
                    .map(|_| Ok(vec![u.arbitrary()?; u.int_in_range(0..=300)?]))
                    .collect::<Result<_, arbtest::arbitrary::Error>>()?;
                let records: Vec<Given<'_>> = values.iter().map(|value| (WALL, None, Some(&value[..]))).collect();
                assert_eq!(append(&partition, &batch(&records), &config), Ok(model.len() as i64));
                model.extend(values);
            } else {
                let before = u.int_in_range(0..=model.len())?;
                start = start.max(before);
                assert_eq!(partition.delete_records(before as i64), Ok(start as i64));
            }
        }
        assert_eq!(partition.range(), (start as i64, model.len() as i64));
        let expected = model.iter().enumerate().skip(start).map(|(offset, value)| (offset as i64, value.clone()));
        let found = kept(&partition).into_iter().map(|(offset, _, value)| (offset, value.unwrap()));
        assert!(expected.eq(found));
        // A reader with a small limit goes through all of it too.
        let (mut from, mut seen) = (start as i64, 0);
        while from < model.len() as i64 {
            let slices = read(&partition, from, 300, true);
            for slice in &slices {
                let batch = Batch::stored(slice);
                assert!(batch.base_offset() <= from, "nothing is skipped");
                seen += batch.last_offset() + 1 - from;
                from = batch.last_offset() + 1;
            }
        }
        assert_eq!(seen as usize, model.len() - start);
        Ok(())
    });
}

#[test]
fn a_segment_is_begun_by_the_time_of_its_records_and_without_one_by_the_clock() {
    let config = TopicConfig { segment_ms: 1_000, ..TopicConfig::default() };
    let partition = Partition::new(0, |_| ());
    let segments = |timestamp: i64, ms: i64| {
        partition.append(&plain(1, 10, timestamp), &config, at(ms)).unwrap();
        lock(&partition.log).segments.len()
    };
    assert_eq!((segments(WALL - 90_000, 0), segments(WALL - 89_000, 9_000), segments(WALL - 88_999, 9_000)), (1, 1, 2));
    assert_eq!(segments(WALL - 95_000, 9_000), 2, "an older one belongs to it");
    let partition = Partition::new(0, |_| ());
    let segments = |ms: i64| {
        partition.append(&plain(1, 10, -1), &config, at(ms)).unwrap();
        lock(&partition.log).segments.len()
    };
    assert_eq!((segments(0), segments(1_000), segments(1_001)), (1, 1, 2));
}

/// Kafka: `LogConfig.maxSegmentMs`. Without it a topic that is compacted, and seldom written to, was never compacted.
#[test]
fn a_compacted_topic_begins_a_segment_after_max_compaction_lag_ms() {
    let of = |compact| TopicConfig { compact, max_compaction_lag_ms: 1_000, ..TopicConfig::default() };
    let segments = |config: &TopicConfig| {
        let partition = Partition::new(0, |_| ());
        for ms in [0, 1_000, 1_001] {
            partition.append(&plain(1, 10, WALL + ms), config, at(ms)).unwrap();
        }
        lock(&partition.log).segments.len()
    };
    assert_eq!((segments(&of(true)), segments(&of(false))), (2, 1));
}

#[test]
fn partitions_begin_their_segments_apart_by_segment_jitter_ms() {
    let config = TopicConfig { segment_ms: 1_000, segment_jitter_ms: 800, ..TopicConfig::default() };
    let rolled_after = |index: i32| {
        let partition = Partition::new(index, |_| ());
        let is_rolled = |ms: &i64| {
            partition.append(&plain(1, 10, WALL + ms), &config, at(*ms)).unwrap();
            lock(&partition.log).segments.len() > 1
        };
        (0..2_000).step_by(10).find(is_rolled).unwrap()
    };
    let all: std::collections::BTreeSet<i64> = (0..20).map(rolled_after).collect();
    assert!(all.len() > 10 && all.iter().all(|ms| (200..=1_010).contains(ms)), "{all:?}");
}

/// Kafka 4.3.1: what a producer sends is stored in the codec of the topic, whatever its own codec is.
#[test]
fn a_batch_is_stored_in_the_codec_of_its_topic() {
    use wire::inflate::Compression::{self, Gzip, Lz4, None as Plain, Snappy, Zstd};
    let sent = plain(20, 100, WALL);
    let by = |compression: Compression| {
        let batch = Batch::stored(&sent);
        wire::batch::with_compression(&batch, batch.record_bytes(), compression)
    };
    for target in [None, Some(Plain), Some(Gzip), Some(Snappy), Some(Lz4), Some(Zstd)] {
        for source in [Plain, Gzip, Snappy, Lz4, Zstd] {
            let config = TopicConfig { compression: target, ..TopicConfig::default() };
            let partition = Partition::new(0, |_| ());
            append(&partition, &plain(1, 10, WALL), &config).unwrap();
            assert_eq!(append(&partition, &by(source), &config), Ok(1));
            let stored = read(&partition, 1, usize::MAX, true).pop().unwrap();
            let batch = Batch::first(&stored).unwrap().0;
            assert_eq!(batch.compression(), Some(target.unwrap_or(source)), "{source:?} to {target:?}");
            assert_eq!(*batch.inflated(1 << 20).unwrap(), sent[wire::batch::HEADER..]);
            assert_eq!((batch.base_offset(), batch.record_count(), batch.max_timestamp()), (1, 20, WALL));
        }
    }
    let small = TopicConfig { compression: Some(Plain), max_message_bytes: 1_000, ..TopicConfig::default() };
    let refused = append(&Partition::new(0, |_| ()), &by(Gzip), &small);
    assert!(matches!(refused, Err(AppendError::TooLarge { bytes: 1_001.., max: 1_000 })), "{refused:?}");
}

#[test]
fn a_log_is_compacted_once_enough_of_it_is_dirty() {
    let left = |ratio: f64| {
        let config = TopicConfig {
            compact: true,
            delete: false,
            segment_bytes: 1,
            min_cleanable_dirty_ratio: ratio,
            ..TopicConfig::default()
        };
        let partition = Partition::new(0, |_| ());
        let put = |count: i64| (0..count).for_each(|_| drop(append(&partition, &plain(1, 100, WALL), &config)));
        let keep =
            |key: u8| drop(append(&partition, &batch(&[(WALL, Some(&[key][..]), Some(&[0; 400][..]))]), &config));
        (0..10).for_each(keep);
        partition.run_maintenance(&config, 1, at(1));
        put(3);
        partition.run_maintenance(&config, 1, at(2));
        lock(&partition.log).segments.iter().map(|segment| segment.stored().len()).sum::<usize>()
    };
    assert_eq!((left(0.01), left(0.9)), (11 + 1, 10 + 3));
}

#[test]
fn the_producers_of_a_partition_are_bounded() {
    let partition = Partition::new(0, |_| ());
    let put = |id: i64, ms: i64| {
        let bytes = sequenced(&[(WALL, Some(b"k"), None)], id, 0, 0);
        partition.append(&bytes, &TopicConfig::default(), at(ms)).unwrap();
    };
    (0..1_000).for_each(|id| put(id, id));
    let known: Vec<i64> = partition.producers().into_iter().map(|(id, _)| id).collect();
    assert!((75..=100).contains(&known.len()), "{}", known.len());
    assert!(known.iter().copied().eq(1_000 - known.len() as i64..1_000), "the last ones are known: {known:?}");
}
