//! The only source of randomness: SplitMix64 from one seed, so that a run can be repeated.

use std::sync::atomic::{AtomicU64, Ordering};

use wire::Uuid;

#[derive(Debug)]
pub struct Entropy(AtomicU64);

impl Entropy {
    pub fn new(seed: u64) -> Entropy {
        Entropy(AtomicU64::new(seed))
    }

    pub fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a positive number, for fetch session ids.
    pub fn next_i32(&self) -> i32 {
        ((self.next_u64() >> 33) as i32).max(1)
    }

    /// Returns a random UUID (version 4) whose text does not begin with `-`, which command lines would take for an
    /// option. Kafka: `Uuid.randomUuid`.
    pub fn uuid(&self) -> Uuid {
        loop {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&self.next_u64().to_be_bytes());
            bytes[8..].copy_from_slice(&self.next_u64().to_be_bytes());
            bytes[6] = bytes[6] & 0x0f | 0x40;
            bytes[8] = bytes[8] & 0x3f | 0x80;
            // '-' is 62, the first six bits.
            if bytes[0] >> 2 != 62 {
                return Uuid(bytes);
            }
        }
    }

    /// Returns a UUID in Java's text form, which ends member ids.
    pub fn hyphenated_uuid(&self) -> String {
        let number = u128::from_be_bytes(self.uuid().0);
        let hex = format!("{number:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_things_again() {
        let (a, b) = (Entropy::new(7), Entropy::new(7));
        assert_eq!((a.next_u64(), a.uuid(), a.next_i32()), (b.next_u64(), b.uuid(), b.next_i32()));
        assert_ne!(a.uuid(), a.uuid());
        let text = a.hyphenated_uuid();
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "4");
    }
}
