//! Kafka's UUIDs: sixteen bytes, printed as base64 (`org.apache.kafka.common.Uuid`).

/// A topic id, directory id or member's UUID. All zero means "none".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    pub const ZERO: Uuid = Uuid([0; 16]);

    pub fn is_zero(self) -> bool {
        self == Uuid::ZERO
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// URL-safe base64 without padding: 22 characters, as Kafka's own tools print it.
impl core::fmt::Display for Uuid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let number = u128::from_be_bytes(self.0);
        (0..22).try_for_each(|i| {
            // 21 characters of six bits from the top, and one with the two bits left over.
            let six = if i < 21 { number >> (122 - 6 * i) } else { number << 4 } & 0x3f;
            core::fmt::Write::write_char(f, ALPHABET[six as usize] as char)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_prints_as_kafka_prints_it() {
        // What Kafka 4.3.1's `Uuid.toString()` says of these.
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Uuid([0xff; 16]).to_string(), "_____________________w");
        let counted = Uuid(core::array::from_fn(|i| (i * 17) as u8));
        assert_eq!(counted.to_string(), "ABEiM0RVZneImaq7zN3u_w");
    }
}
