//! A record batch whose magic, length and checksum are made right, so that the fuzzer gets to the records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::batch::{self, Batch};
use wire::record::Records;

const MAX: usize = 1 << 20;

fuzz_target!(|data: &[u8]| {
    // As it came.
    let _ = Batch::parse(data);
    if data.len() < batch::HEADER {
        return;
    }
    let mut bytes = data.to_vec();
    batch::set_base_offset(&mut bytes, 0);
    bytes[8..12].copy_from_slice(&((data.len() - batch::LOG_OVERHEAD) as i32).to_be_bytes());
    bytes[16] = 2;
    // Sets the checksum as well.
    batch::set_log_append_time(&mut bytes, 1);
    let Ok((batch, _)) = Batch::first(&bytes) else { panic!("length, magic and checksum are right") };
    let walked = batch.check_records(MAX);
    // One pass finds what two find, and copies all of it.
    let mut copy = Vec::new();
    let verified = Batch::parse_chunks(&bytes, |chunk| copy.extend_from_slice(chunk));
    assert_eq!(verified.as_ref().map(|verified| verified.batch).map_err(|error| *error), Batch::parse(&bytes));
    if let Ok(verified) = verified {
        assert!(copy == bytes);
        assert_eq!(verified.record_stats(MAX), walked);
    }
    let Ok(inflated) = batch.inflated(MAX) else { return };
    assert!(inflated.len() <= MAX.max(data.len()));
    let mut whole = true;
    for record in Records::new(&inflated, batch.record_count()) {
        whole &= record.is_ok_and(|record| record.headers().all(|header| header.is_ok()));
    }
    assert!(whole || walked.is_err(), "the walk over the stream finds what the iterator finds");
});
