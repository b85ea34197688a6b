//! Hostile bodies: whatever a body claims, reading it never panics and never takes more memory than the frame and 16
//! MiB. The allocator counts; the bodies are Kafka's own messages, bent at random, the same ones in every run.

#[path = "support/hostile.rs"]
mod hostile;

use hostile::{Counting, LIES, peak, requests};
use wire::batch::Batch;
use wire::message::check_request;

#[global_allocator]
static COUNTING: Counting = Counting;

/// xorshift64*: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn bend(random: &mut Random, body: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        if body.is_empty() {
            return;
        }
        let at = random.below(body.len());
        let lie = LIES[random.below(LIES.len())];
        match random.below(7) {
            0 => body[at] = random.next() as u8,
            1 => body[at] ^= 1 << random.below(8),
            2 => body.truncate(at),
            3 => body.iter_mut().skip(at).zip(lie).for_each(|(byte, lie)| *byte = *lie),
            4 => drop(body.splice(at..at, lie.iter().copied())),
            5 => {
                let end = (at + random.below(12)).min(body.len());
                let copy = body[at..end].to_vec();
                drop(body.splice(at..at, copy));
            }
            // Enough that a claimed count may be believed.
            _ => body.extend((0..random.below(4096)).map(|n| n as u8)),
        }
    }
}

const ALLOWED: usize = 16 << 20;

/// One test, because the counters are the whole process's.
#[test]
fn nothing_that_is_sent_costs_more_than_it_may() {
    bent_requests_cost_no_more_than_the_frame_and_16_mib();
    arrays_of_empty_elements_are_stopped_by_the_budget();
    a_batch_is_inflated_in_passing();
    a_zstd_window_is_not_filled_because_four_bytes_ask_for_it();
}

fn bent_requests_cost_no_more_than_the_frame_and_16_mib() {
    let requests = requests();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..300_000 {
        let frame = &requests[random.below(requests.len())];
        let mut body = frame.body.clone();
        bend(&mut random, &mut body);
        // Sometimes another request's body altogether.
        let other = &requests[random.below(requests.len())];
        let (key, version) =
            if random.below(10) == 0 { (other.key, other.version) } else { (frame.key, frame.version) };
        let (result, cost) = peak(|| check_request(key, version, &body));
        assert!(cost <= body.len() + ALLOWED, "key {key} v{version}: {cost} bytes for {body:x?}");
        if result.is_ok() { accepted += 1 } else { refused += 1 }
    }
    // Bending must neither miss nor always hit, or nothing was tried.
    assert!(accepted > 10_000 && refused > 100_000, "{accepted} accepted, {refused} refused");
}

/// The densest arrays there are: each element a byte or two on the wire and a hundred in memory.
fn arrays_of_empty_elements_are_stopped_by_the_budget() {
    let mut stopped = 0;
    for api in wire::api::TABLE {
        for version in api.min..=api.max {
            for byte in [0u8, 1, 2] {
                // A body that is all one byte is read as counts of 0, 1 or 2 and then as tiny elements; a true count
                // before it makes the first array as long as the frame.
                for count in [&[0, 0x08, 0, 0][..], &[0x81, 0x80, 0x20], &[]] {
                    for before in 0..20 {
                        let mut body = vec![byte; before];
                        body.extend(count);
                        body.extend(vec![byte; 1 << 20]);
                        let (result, cost) = peak(|| check_request(api.key, version, &body));
                        assert!(cost <= body.len() + ALLOWED, "{} v{version}: {cost} bytes", api.name);
                        stopped += usize::from(result == Err(wire::message::DecodeError::Budget));
                    }
                }
            }
        }
    }
    assert!(stopped > 0, "no body was dense enough to try the budget");
}

fn a_batch_is_inflated_in_passing() {
    // One record of 64 MiB of zeros, gzip: 64 KiB on the wire.
    let value = 64 << 20;
    let mut record = vec![0]; // attributes
    record.extend([0, 0, 1]); // timestamp and offset delta 0, no key
    varint(&mut record, value);
    let head = record.len();
    let mut records = Vec::new();
    varint(&mut records, head as i32 + value + 1);
    records.append(&mut record);
    records.resize(records.len() + value as usize + 1, 0); // the value, and no headers
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &records).unwrap();
    let bytes = batch(1, 1, &encoder.finish().unwrap());
    drop(records);
    let batch = Batch::parse(&bytes).unwrap();
    let (result, cost) = peak(|| batch.check_records(usize::MAX));
    assert!(result.is_ok(), "{result:?}");
    assert!(cost < 1 << 20, "{cost} bytes for a record that is not kept");
    let (result, cost) = peak(|| batch.check_records(1 << 20));
    assert_eq!(wire::ErrorCode::from(result.unwrap_err()), wire::ErrorCode::MessageTooLarge);
    assert!(cost < 1 << 20, "{cost} bytes");
}

fn a_zstd_window_is_not_filled_because_four_bytes_ask_for_it() {
    // A window of 128 MiB, and a thousand blocks that each say "128 KiB of zeros": 4 KiB on the wire.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3];
    for block in 1..=1000 {
        let header = (128u32 << 10) << 3 | 1 << 1 | u32::from(block == 1000);
        frame.extend(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    let bytes = batch(4, 1, &frame);
    let batch = Batch::parse(&bytes).unwrap();
    let (result, cost) = peak(|| batch.check_records(usize::MAX));
    assert!(result.is_err());
    assert!(cost < 25 << 20, "{cost} bytes for a batch of {}", bytes.len());
}

fn varint(out: &mut Vec<u8>, value: i32) {
    let mut zigzag = ((value << 1) ^ (value >> 31)) as u32;
    while zigzag >= 0x80 {
        out.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    out.push(zigzag as u8);
}

/// A batch around records that are ready.
fn batch(attributes: i16, count: i32, records: &[u8]) -> Vec<u8> {
    let mut body = attributes.to_be_bytes().to_vec();
    body.extend((count - 1).to_be_bytes());
    body.extend([0; 16]); // base and largest timestamp
    body.extend((-1i64).to_be_bytes());
    body.extend((-1i16).to_be_bytes());
    body.extend((-1i32).to_be_bytes());
    body.extend(count.to_be_bytes());
    body.extend(records);
    let mut batch = 0i64.to_be_bytes().to_vec();
    batch.extend((body.len() as i32 + 9).to_be_bytes());
    batch.extend((-1i32).to_be_bytes());
    batch.push(2);
    batch.extend(crc32c::crc32c(&body).to_be_bytes());
    batch.extend(body);
    batch
}
