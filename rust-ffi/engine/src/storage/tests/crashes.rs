//! Stories of crashes that the simulation has found.

use wire::message::{
    offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
    offset_commit_response::OffsetCommitResponse,
    offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic},
    offset_fetch_response::OffsetFetchResponse,
};

use super::*;
use crate::groups::{self, Commit, OffsetAndMetadata};

/// The seed of a broker is the same at each start, and so were the ids that it gave out: a new topic had the id of an
/// older one.
#[test]
fn a_used_folder_does_not_see_the_same_ids_again() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let first = engine.create_topic("a", Some(1), small()).unwrap().id;
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert_ne!(engine.create_topic("b", Some(1), small()).unwrap().id, first);
    let (again, _) = open(&MemoryFiles::default(), Fsync::Interval);
    assert_eq!(again.create_topic("a", Some(1), small()).unwrap().id, first, "in a new folder the seed decides");
}

/// A batch is written but not synced when the broker is killed. The next one finds it in the page cache, and
/// acknowledged its retry at once; then the power went.
#[test]
fn what_a_killed_broker_had_not_synced_is_synced_before_it_is_acknowledged() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Always);
    engine.create_topic("t", Some(1), small()).unwrap();
    let batch = sequenced(&[(WALL, Some(b"k"), Some(b"v"))], 7, 0, 0);
    assert!(matches!(send(&engine, at(0), 0, 8, &produce(&batch)), Outcome::Park(_)));
    drop(engine);
    let (engine, _) = open(&files, Fsync::Always);
    assert_eq!(answer(&ask_at(&engine, at(1), 0, 8, &produce(&batch))), (ErrorCode::None, 0));
    drop(engine);
    let (engine, _) = open(&files.after_power_cut(), Fsync::Always);
    assert_eq!(values(&engine), [b"v"]);
}

/// Where a log begins was kept by name: after a crash the records of a new topic were taken for deleted.
#[test]
fn a_new_topic_does_not_begin_where_a_deleted_one_of_its_name_did() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let old = engine.create_topic("t", Some(1), small()).unwrap();
    for _ in 0..5 {
        put(&engine, b"old");
    }
    old.partition(0).unwrap().delete_records(4).unwrap();
    run_all_jobs(&engine, at(1));
    engine.topics.remove(old.id).unwrap();
    engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"new");
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert_eq!(values(&engine), [b"new"]);
}

/// A new segment could not be made, but its file was there: the next start took it for the last one, and the log ended
/// where it began.
#[test]
fn a_segment_that_could_not_be_made_leaves_nothing_behind() {
    for changes in 0..20 {
        let (engine, files, faults) = faulty(Fsync::Interval);
        engine.create_topic("t", Some(1), tiny()).unwrap();
        let mut sent = Vec::new();
        for (i, len) in [200, 200, 20].into_iter().enumerate() {
            if i == 1 {
                faults.fail_once_after(changes);
            }
            if put(&engine, &vec![i as u8; len]).0 == ErrorCode::None {
                sent.push(vec![i as u8; len]);
            }
        }
        drop(engine);
        let (engine, _) = open(&files, Fsync::Interval);
        assert_eq!(values(&engine), sent, "after {changes} changes");
        assert_eq!(put(&engine, b"next"), (ErrorCode::None, sent.len() as i64), "after {changes} changes");
    }
}

/// A log whose last write could not be taken back was rolled by retention. The new segment began before the old one
/// ended, and after a kill the folder did not open again.
#[test]
fn a_log_that_takes_no_more_writes_is_not_rolled() {
    for changes in 0..20 {
        let (engine, files, faults) = faulty(Fsync::Interval);
        engine.create("t", 1, [("retention.ms".to_owned(), "1000".to_owned())].into()).unwrap();
        assert_eq!(put(&engine, b"kept"), (ErrorCode::None, 0));
        // The whole batch is written, and neither acknowledged nor taken back.
        faults.tear_at(1_000);
        faults.after(0);
        assert_ne!(put(&engine, b"refused").0, ErrorCode::None);
        faults.after(changes);
        run_all_jobs(&engine, at(3_600_000));
        drop(engine);
        let (engine, _) = open(&files, Fsync::Interval);
        assert_eq!(put(&engine, b"next").0, ErrorCode::None, "after {changes} changes");
    }
}

/// The data of a segment was replaced by what compaction had left of it, and the broker died before the index was.
#[test]
fn an_index_never_stands_beside_other_data() {
    for changes in 0..160 {
        let (engine, files, faults) = faulty(Fsync::Interval);
        let config = TopicConfig {
            compact: true,
            delete: false,
            segment_bytes: 30_000,
            min_cleanable_dirty_ratio: 0.0,
            ..TopicConfig::default()
        };
        let topic = engine.create_topic("t", Some(1), config).unwrap();
        for i in 0..90u8 {
            // Only a little goes.
            let key = [if i == 50 { 0 } else { i }];
            let batch = batch(&[(WALL, Some(&key[..]), Some(&vec![i; 500 + 9 * i as usize][..]))]);
            assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&batch))).0, ErrorCode::None);
        }
        faults.after(changes);
        run_all_jobs(&engine, at(1_000));
        drop((engine, topic));
        let (engine, _) = open(&files, Fsync::Interval);
        let partition = engine.topics.get("t").unwrap().partition(0).unwrap();
        for from in 1..90 {
            let mut pieces = Vec::new();
            partition.read(from, 100, true, usize::MAX, &mut pieces).unwrap();
            let bytes = pieces[0].bytes().unwrap();
            let (batch, _) = wire::batch::Batch::first(&bytes).expect("a batch begins where the index says");
            assert_eq!(batch.base_offset(), from, "after {changes} changes");
        }
    }
}

/// Some segments could be removed and some before them could not: the next start found a gap.
#[test]
fn segments_go_in_their_order_or_not_at_all() {
    for changes in 0..12 {
        let (engine, files, faults) = faulty(Fsync::Interval);
        let topic = engine.create_topic("t", Some(1), tiny()).unwrap();
        for i in 0..6u8 {
            put(&engine, &[i; 300]);
        }
        faults.fail_once_after(changes);
        let _ = topic.partition(0).unwrap().delete_records(4);
        drop((engine, topic));
        let (engine, _) = open(&files, Fsync::Interval);
        let start = engine.topics.get("t").unwrap().partition(0).unwrap().range().0;
        let left: Vec<Vec<u8>> = (start as u8..6).map(|i| vec![i; 300]).collect();
        assert_eq!(values(&engine), left, "after {changes} changes");
    }
}

/// A topic was made and the broker stopped in order, before anything was synced in its folder. The next one did not
/// know that the folder's names were new, and a power cut took them, with all that had been acknowledged since.
#[test]
fn names_that_are_new_at_a_stop_survive_a_power_cut_after_the_next_start() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Always);
    engine.create_topic("t", Some(1), small()).unwrap();
    engine.close().unwrap();
    drop(engine);
    let (engine, _) = open(&files, Fsync::Always);
    let Outcome::Park(parked) = send(&engine, at(0), 0, 8, &produce(&request(b"v"))) else { panic!("not synced yet") };
    engine.flush();
    assert!(parked.ticket.is_woken());
    let (engine, _) = open(&files.after_power_cut(), Fsync::Always);
    assert_eq!(values(&engine), [b"v"]);
}

/// A topic was deleted and made again, and the power went before anything was synced in its folders: the folders of the
/// old one were back, and its records were the new one's.
#[test]
fn a_power_cut_does_not_bring_a_deleted_topics_records_into_a_new_one() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let old = engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"old");
    engine.flush();
    engine.topics.remove(old.id).unwrap();
    engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"new");
    drop(engine);
    let (engine, _) = open(&files.after_power_cut(), Fsync::Interval);
    assert!(!values(&engine).contains(&b"old".to_vec()));
}

/// A topic was deleted, and its offsets were to be deleted next when the power went: a new topic of that name had them.
#[test]
fn offsets_of_a_topic_that_is_no_more_do_not_return() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), small()).unwrap();
    assert_eq!(committed(&engine), -1);
    commit(&engine, 5);
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert_eq!(committed(&engine), 5);
    engine.topics.remove(topic.id).unwrap();
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert_eq!(committed(&engine), -1);
    engine.create_topic("t", Some(1), small()).unwrap();
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert_eq!(committed(&engine), -1);
}

/// The same, and the new topic was there before the next start.
#[test]
fn offsets_do_not_return_for_another_topic_of_the_name() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), small()).unwrap();
    commit(&engine, 5);
    // Without the deletion of the offsets, as if the disk had not taken it.
    engine.topics.remove(topic.id).unwrap();
    engine.create_topic("t", Some(1), small()).unwrap();
    drop(engine);
    for expected in [-1, 6] {
        let (engine, _) = open(&files, Fsync::Interval);
        assert_eq!(committed(&engine), expected);
        commit(&engine, 6);
    }
}

/// More partitions of the offsets' topic put groups into others at the next start, which found what they had committed
/// before, and after, in the order of the partitions. Here a group comes back to one where it was.
#[test]
fn offsets_move_with_their_group() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    commit(&engine, 5);
    drop(engine);
    // 103, the hash of "g", modulo the counts.
    for (count, before, after) in [(60, 3, 43), (100, 43, 3), (101, 3, 2), (102, 2, 1)] {
        let (engine, _) = open(&files, Fsync::Interval);
        let offsets = engine.topics.get("__consumer_offsets").unwrap();
        let end = |index: i32| offsets.partition(index).map_or(0, |partition| partition.range().1);
        offsets.grow(count).unwrap();
        let ends = (end(before), end(after));
        commit(&engine, i64::from(count));
        assert_eq!((end(before), end(after)), (ends.0 + 1, ends.1), "it moved while the broker ran");
        drop(engine);
        let (engine, _) = open(&files.after_power_cut_with(|unsynced| unsynced), Fsync::Interval);
        assert_eq!(committed(&engine), i64::from(count));
        for _ in 0..2 {
            let (engine, _) = open(&files, Fsync::Interval);
            assert_eq!(committed(&engine), i64::from(count));
            let offsets = engine.topics.get("__consumer_offsets").unwrap();
            // Deleted where they were, written where they are; once.
            assert_eq!(offsets.partition(before).unwrap().range().1, ends.0 + 2);
            assert_eq!(offsets.partition(after).unwrap().range().1, ends.1 + 1);
        }
    }
}

/// The commit waited for its group while the topic was deleted, and a new one had its offset.
#[test]
fn a_commit_for_a_topic_that_is_deleted_meanwhile_is_gone_with_it() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let old = engine.create_topic("t", Some(1), small()).unwrap();
    engine.topics.remove(old.id).unwrap();
    engine.create_topic("t", Some(1), small()).unwrap();
    let context = context(at(0), 8, 8);
    let new = OffsetAndMetadata {
        topic_id: old.id,
        offset: 5,
        leader_epoch: -1,
        metadata: "".into(),
        committed_ms: WALL,
        expires_ms: None,
    };
    let offsets = vec![("t", 0, new)];
    let late = Commit { group: "g", member_id: "", instance_id: None, generation: -1, offsets, producer: None };
    groups::commit(&engine, &context, late).unwrap();
    assert_eq!(committed(&engine), -1);
    drop(engine);
    assert_eq!(committed(&open(&files, Fsync::Interval).0), -1);
}

/// What waited for the disk while a topic was deleted was written behind that, and the topic was back after a start; a
/// second deletion took a new topic of the name.
#[test]
fn nothing_is_written_of_a_topic_that_is_deleted() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let old = engine.create_topic("t", Some(1), small()).unwrap();
    engine.topics.remove(old.id).unwrap();
    old.grow(3).unwrap();
    old.set_config(TopicConfig::default().into()).unwrap();
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert!(engine.topics.get("t").is_none());
    let new = engine.create_topic("t", Some(1), small()).unwrap();
    assert!(engine.topics.remove(old.id).unwrap().is_none());
    drop(engine);
    assert_eq!(open(&files, Fsync::Interval).0.topics.get("t").unwrap().id, new.id);
}

/// The deletion was written and its sync failed: the topic went on, and was gone at the next start with what had been
/// acknowledged since.
#[test]
fn nothing_is_acknowledged_for_a_topic_whose_deletion_may_last() {
    let (engine, files, faults) = faulty(Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"deleted");
    put(&engine, b"before");
    engine.flush();
    topic.partition(0).unwrap().delete_records(1).unwrap();
    run_all_jobs(&engine, at(1));
    faults.fail_once_after(1);
    assert!(engine.topics.remove(topic.id).is_err());
    assert_eq!(faults.failures(), 1);
    assert_eq!(put(&engine, b"after").0, ErrorCode::UnknownTopicOrPartition);
    assert!(engine.create_topic("t", Some(1), small()).is_err(), "in the same folder");
    run_all_jobs(&engine, at(1));
    let cut = files.after_power_cut();
    drop(engine);
    assert_eq!(values(&open(&cut, Fsync::Interval).0), [b"before"]);
    assert!(open(&files, Fsync::Interval).0.topics.get("t").is_none());
}

/// A deletion that was not written leaves everything as it was.
#[test]
fn a_topic_whose_deletion_fails_goes_on() {
    let (engine, _, faults) = faulty(Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), small()).unwrap();
    faults.fail_once();
    assert!(engine.topics.remove(topic.id).is_err());
    assert_eq!(put(&engine, b"after").0, ErrorCode::None);
    assert!(engine.topics.remove(topic.id).unwrap().is_some());
}

/// After a stop in order nothing was known of the producers of a log whose records had all been deleted: a retry was
/// appended again.
#[test]
fn a_producer_is_known_though_its_records_are_deleted() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), small()).unwrap();
    let batch = sequenced(&[(WALL, Some(b"k"), Some(b"v"))], 7, 0, 0);
    assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&batch))), (ErrorCode::None, 0));
    topic.partition(0).unwrap().delete_records(1).unwrap();
    engine.close().unwrap();
    drop((engine, topic));
    for _ in 0..2 {
        let (engine, _) = open(&files, Fsync::Interval);
        assert_eq!(answer(&ask_at(&engine, at(1), 0, 8, &produce(&batch))), (ErrorCode::None, 0));
        engine.close().unwrap();
    }
}

/// A topic whose compaction has left nothing of the last batch of producer 7, only the state in a snapshot. It.
fn forgetful(engine: &Engine) -> Vec<u8> {
    let topic = engine.create_topic("t", Some(1), TopicConfig { compact: true, delete: false, ..tiny() }).unwrap();
    let stays = sequenced(&[(WALL, Some(b"stays"), Some(b"v"))], 7, 0, 0);
    assert_eq!(answer(&ask_at(engine, at(0), 0, 8, &produce(&stays))), (ErrorCode::None, 0));
    let batch = sequenced(&[(WALL, Some(b"k"), Some(b"v"))], 7, 0, 1);
    assert_eq!(answer(&ask_at(engine, at(0), 0, 8, &produce(&batch))), (ErrorCode::None, 1));
    (0..9).for_each(|i| assert_eq!(put(engine, &[i; 90]).0, ErrorCode::None));
    engine.flush();
    topic.partition(0).unwrap().run_maintenance(&topic.config(), i64::MAX, at(1));
    batch
}

/// Compaction had removed what a producer wrote, a power cut took the snapshot that still knew it, and a retry was
/// appended again.
#[test]
fn a_producer_is_known_after_compaction_and_a_power_cut() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let batch = forgetful(&engine);
    files.change("t-0/00000000000000000000.log", |bytes| assert!(bytes.len() < 100, "more than one batch stays"));
    // With the names of the cleaned segments.
    files.sync_folder("t-0").unwrap();
    drop(engine);
    let (engine, _) = open(&files.after_power_cut(), Fsync::Interval);
    assert_eq!(answer(&ask_at(&engine, at(2), 0, 8, &produce(&batch))), (ErrorCode::None, 1));
}

/// The snapshot was not looked at where the segments before it had been gone through, as without fsync, and it was
/// removed before a stop that did not come to its end.
#[test]
fn a_producer_is_known_after_compaction_and_a_stop_that_was_cut_short() {
    for fsync in [Fsync::Interval, Fsync::Never] {
        for stops in [false, true] {
            let files = MemoryFiles::default();
            let (engine, _) = open(&files, fsync);
            let batch = forgetful(&engine);
            if stops {
                engine.close().unwrap();
                files.remove(".kafka_cleanshutdown").unwrap();
            }
            drop(engine);
            for _ in 0..2 {
                let (engine, _) = open(&files, fsync);
                let again = answer(&ask_at(&engine, at(2), 0, 8, &produce(&batch)));
                assert_eq!(again, (ErrorCode::None, 1), "{fsync:?}, stops: {stops}");
            }
        }
    }
}

/// Compaction took what it could not read for the end, and wrote the rest away.
#[test]
fn compaction_leaves_a_damaged_segment_as_it_is() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), TopicConfig { compact: true, delete: false, ..tiny() }).unwrap();
    (0..9).for_each(|i| assert_eq!(put(&engine, &[i; 90]).0, ErrorCode::None));
    let path = "t-0/00000000000000000000.log";
    let mut before = Vec::new();
    files.change(path, |bytes| {
        let second = bytes.len() / 2;
        bytes[second + 8] = 0x7f;
        before.clone_from(bytes);
    });
    let partition = topic.partition(0).unwrap();
    let logs = || files.paths().iter().filter(|path| path.starts_with("t-0/") && path.ends_with(".log")).count();
    let there = logs();
    partition.run_maintenance(&topic.config(), i64::MAX, at(1));
    files.change(path, |bytes| assert!(*bytes == before));
    assert!(logs() < there, "the others are cleaned");
    // A deletion stays, since the damaged one may have what it deletes.
    let gone = batch(&[(WALL, Some(b"k"), None)]);
    assert_eq!(answer(&ask_at(&engine, at(2), 0, 8, &produce(&gone))).0, ErrorCode::None);
    let padding = batch(&[(WALL, Some(b"other"), Some(&[7; 390]))]);
    for round in 3..6 {
        assert_eq!(answer(&ask_at(&engine, at(round), 0, 8, &produce(&padding))).0, ErrorCode::None);
        partition.run_maintenance(&topic.config(), i64::MAX, at(round * topic.config().delete_retention_ms));
    }
    let mut pieces = Vec::new();
    partition.read(9, 1, true, usize::MAX, &mut pieces).unwrap();
    assert_eq!(wire::batch::Batch::first(&pieces[0].bytes().unwrap()).unwrap().0.base_offset(), 9);
    files.change(path, |bytes| assert!(*bytes == before));
}

/// Nothing of the older segments stayed, and each left an empty file for ever.
#[test]
fn compaction_removes_segments_that_it_has_emptied() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), TopicConfig { compact: true, delete: false, ..tiny() }).unwrap();
    (0..40).for_each(|i| assert_eq!(put(&engine, &[i; 90]).0, ErrorCode::None));
    let logs = || files.paths().iter().filter(|path| path.starts_with("t-0/") && path.ends_with(".log")).count();
    assert!(logs() > 10);
    let partition = topic.partition(0).unwrap();
    partition.run_maintenance(&topic.config(), i64::MAX, at(1));
    assert!(logs() < 4, "the first, the one with the latest record of closed ones, and the active one");
    assert_eq!(partition.range(), (0, 40));
    let left = stored(&engine);
    assert!(left.len() < 5 && *left.last().unwrap() == (39, vec![39; 90]), "{left:?}");
    for stops in [false, true] {
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!((stored(&engine), notices.len()), (left.clone(), 0));
        assert_eq!(engine.topics.get("t").unwrap().partition(0).unwrap().range(), (0, 40));
        if stops {
            engine.close().unwrap();
        }
    }
    assert_eq!(stored(&open(&files, Fsync::Interval).0), left);
}

/// The first segment had been emptied by compaction, which has no age, and nothing behind it ever expired.
#[test]
fn what_compaction_has_emptied_expires() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let config = TopicConfig { compact: true, retention_ms: 1_000, ..tiny() };
    let topic = engine.create_topic("t", Some(1), config).unwrap();
    (0..20).for_each(|i| assert_eq!(put(&engine, &[i; 90]).0, ErrorCode::None));
    let partition = topic.partition(0).unwrap();
    partition.run_maintenance(&topic.config(), i64::MAX, at(1));
    files.change("t-0/00000000000000000000.log", |bytes| assert!(bytes.is_empty()));
    assert_eq!(partition.range(), (0, 20));
    partition.run_maintenance(&topic.config(), i64::MAX, at(2_000));
    assert_eq!(partition.range(), (20, 20));
}

/// A segment that was compacted had shrunk below what of it may be seen, and all of it was shown (sim seed 762871107).
#[test]
fn compaction_shows_nothing_that_is_not_synced() {
    let (engine, _) = open(&MemoryFiles::default(), Fsync::Always);
    let topic = engine.create_topic("t", Some(1), TopicConfig { compact: true, delete: false, ..tiny() }).unwrap();
    let partition = topic.partition(0).unwrap();
    let send = |value: u8| {
        let sent = send(&engine, at(0), 0, 8, &produce(&request(&[value; 90])));
        assert!(matches!(sent, Outcome::Park(_)));
    };
    send(0);
    engine.flush();
    (1..8).for_each(send);
    assert_eq!(partition.range(), (0, 1));
    partition.run_maintenance(&topic.config(), i64::MAX, at(1));
    let shown = || stored(&engine).into_iter().map(|record| record.0).collect::<Vec<i64>>();
    assert_eq!(shown(), [0]);
    engine.flush();
    partition.run_maintenance(&topic.config(), i64::MAX, at(1));
    let shown = shown();
    assert!(shown.len() < 5 && shown.last() == Some(&7), "{shown:?}");
}

/// One byte had changed on the disk in a segment that was closed long ago, and all the later ones were removed.
#[test]
fn a_damaged_segment_does_not_take_the_later_ones_along() {
    for stops in [true, false] {
        let files = MemoryFiles::default();
        let (engine, _) = open(&files, Fsync::Interval);
        engine.create_topic("t", Some(1), tiny()).unwrap();
        (0..20).for_each(|i| assert_eq!(put(&engine, &[i; 90]).0, ErrorCode::None));
        engine.flush();
        if stops {
            engine.close().unwrap();
        }
        drop(engine);
        // The last byte of the second batch, which is the segment's last.
        files.change("t-0/00000000000000000000.log", |bytes| *bytes.last_mut().unwrap() ^= 1);
        for _ in 0..2 {
            let (engine, notices) = open(&files, Fsync::Interval);
            let said = &notices[0];
            assert!(said.contains("t-0: 00000000000000000000.log") && said.contains("is damaged at byte"), "{said}");
            let partition = engine.topics.get("t").unwrap().partition(0).unwrap();
            assert_eq!(partition.range(), (0, 20));
            let mut pieces = Vec::new();
            partition.read(2, 5_000, true, usize::MAX, &mut pieces).unwrap();
            let bytes = pieces[0].bytes().unwrap();
            assert_eq!(wire::batch::Batch::first(&bytes).unwrap().0.base_offset(), 2);
            if stops {
                engine.close().unwrap();
            }
        }
        assert_eq!(put(&open(&files, Fsync::Interval).0, b"more"), (ErrorCode::None, 20));
    }
}

/// A full disk was kept full by what compaction had written of a segment until then.
#[test]
fn compaction_leaves_nothing_on_a_full_disk() {
    for changes in 0..40 {
        let (engine, files, faults) = faulty(Fsync::Interval);
        let topic = engine.create_topic("t", Some(1), TopicConfig { compact: true, delete: false, ..tiny() }).unwrap();
        (0..20).for_each(|i| assert_eq!(put(&engine, &[i; 90]).0, ErrorCode::None));
        let partition = topic.partition(0).unwrap();
        faults.fail_once_after(changes);
        partition.run_maintenance(&topic.config(), i64::MAX, at(1));
        for path in files.paths().iter().filter(|path| path.ends_with(".cleaned")) {
            files.change(path, |bytes| assert!(bytes.is_empty(), "{changes} changes went well"));
        }
        assert_eq!(stored(&engine).last(), Some(&(19, vec![19; 90])), "{changes} changes went well");
        // Whatever failed, the next round goes on.
        faults.mend();
        partition.run_maintenance(&topic.config(), i64::MAX, at(1));
        let left = stored(&engine);
        assert!(left.len() < 5 && left.last() == Some(&(19, vec![19; 90])), "{left:?}");
        assert_eq!(put(&engine, b"more").0, ErrorCode::None);
    }
}

/// DeleteRecords that had found the topic before it was deleted removed the files of the new one of that name.
#[test]
fn records_of_a_deleted_topic_are_not_deleted() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let old = engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"old");
    engine.topics.remove(old.id).unwrap();
    engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"new");
    assert_eq!(old.partition(0).unwrap().delete_records(1), Err(ReadError::Closed));
    drop(engine);
    assert_eq!(values(&open(&files, Fsync::Interval).0), [b"new"]);
}

/// Of a batch that a power cut has taken the snapshot of a stop still told, once the log was that long again.
#[test]
fn a_snapshot_behind_the_end_is_gone() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    let batch = sequenced(&[(WALL, Some(b"k"), Some(b"v"))], 7, 0, 0);
    assert_eq!(put(&engine, b"a"), (ErrorCode::None, 0));
    assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&batch))), (ErrorCode::None, 1));
    engine.close().unwrap();
    drop(engine);
    files.remove(".kafka_cleanshutdown").unwrap();
    files.change("t-0/00000000000000000000.log", |bytes| bytes.truncate(bytes.len() - 1));
    let (engine, _) = open(&files, Fsync::Interval);
    assert_eq!(put(&engine, b"b"), (ErrorCode::None, 1));
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&batch))), (ErrorCode::None, 2));
}

/// The check of a topic's configs says no more than it did when they came in, but the broker's defaults were others.
#[test]
fn a_topic_keeps_its_configs_though_the_brokers_defaults_contradict_them() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let overrides = [("cleanup.policy", "compact"), ("max.compaction.lag.ms", "60000")];
    let overrides = overrides.map(|(key, value)| (key.to_owned(), value.to_owned()));
    engine.create("t", 1, overrides.into()).unwrap();
    drop(engine);
    let defaults = [("log.cleaner.min.compaction.lag.ms", "70000")];
    let broker_configs = defaults.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let settings = Settings { broker_configs, ..Settings::default() };
    let store = Store { files: Arc::new(files), fsync: Fsync::Interval };
    let (engine, _) = Engine::open(settings, store, at(0)).unwrap();
    let config = engine.topics.get("t").unwrap().config();
    assert!(config.compact && !config.delete);
    assert_eq!((config.min_compaction_lag_ms, config.max_compaction_lag_ms), (70_000, 60_000));
}

fn commit(engine: &Engine, committed_offset: i64) {
    let partitions = vec![OffsetCommitRequestPartition { partition_index: 0, committed_offset, ..Default::default() }];
    let topics = vec![OffsetCommitRequestTopic { name: "t", partitions, ..Default::default() }];
    let request = OffsetCommitRequest {
        group_id: "g",
        generation_id_or_member_epoch: -1,
        retention_time_ms: -1,
        topics,
        ..Default::default()
    };
    let bytes = ask_at(engine, at(0), 8, 8, &Request::OffsetCommit(request));
    let response = OffsetCommitResponse::decode(&mut Reader::new(&bytes), 8).unwrap();
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
}

/// -1 if nothing is.
fn committed(engine: &Engine) -> i64 {
    let topics = Some(vec![OffsetFetchRequestTopic { name: "t", partition_indexes: vec![0] }]);
    let request = OffsetFetchRequest { group_id: "g", topics, ..Default::default() };
    let bytes = ask_at(engine, at(0), 9, 7, &Request::OffsetFetch(request));
    let response = OffsetFetchResponse::decode(&mut Reader::new(&bytes), 7).unwrap();
    response.topics[0].partitions[0].committed_offset
}
