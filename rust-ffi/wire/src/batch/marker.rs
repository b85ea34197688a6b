//! Transaction markers: control batches with one record that ends a producer's transaction in a partition. Kafka:
//! `EndTransactionMarker`, `ControlRecordType`.

use super::{Batch, build::Producer, build::build_from};
use crate::record::Records;

/// The end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// False if the transaction was aborted.
    pub committed: bool,
    /// The leader epoch of the partition of `__transaction_state` that the coordinator has.
    pub coordinator_epoch: i32,
}

/// The version of key and value that is written.
const VERSION: i16 = 0;
const ABORT: i16 = 0;
const COMMIT: i16 = 1;

/// Builds a batch with a marker, at offset 0.
pub fn build_marker(producer_id: i64, producer_epoch: i16, marker: Marker, timestamp: i64) -> Vec<u8> {
    let kind = if marker.committed { COMMIT } else { ABORT };
    let key = [VERSION.to_be_bytes(), kind.to_be_bytes()].concat();
    let value = [&VERSION.to_be_bytes()[..], &marker.coordinator_epoch.to_be_bytes()].concat();
    let producer = Producer { id: producer_id, epoch: producer_epoch, base_sequence: -1, is_control: true };
    build_from(&[(Some(&key), Some(&value))], timestamp, Some(producer))
}

impl Batch<'_> {
    /// The transaction marker of a control batch; `None` if it holds another control record.
    pub fn marker(&self) -> Option<Marker> {
        if !self.is_control() {
            return None;
        }
        let record = Records::new(self.record_bytes(), self.record_count()).next()?.ok()?;
        let number = |bytes: &[u8], at: usize| Some(i16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let committed = match number(record.key?, 2)? {
            ABORT => false,
            COMMIT => true,
            _ => return None,
        };
        let epoch = record.value?.get(2..6)?.try_into().ok()?;
        Some(Marker { committed, coordinator_epoch: i32::from_be_bytes(epoch) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::build;

    #[test]
    fn a_marker_is_read_as_it_was_written() {
        for committed in [false, true] {
            let marker = Marker { committed, coordinator_epoch: 7 };
            let bytes = build_marker(9, 3, marker, 1_000);
            let (batch, rest) = Batch::first(&bytes).unwrap();
            assert!(rest.is_empty() && batch.is_control() && batch.is_transactional());
            assert_eq!((batch.producer_id(), batch.producer_epoch(), batch.base_sequence()), (9, 3, -1));
            assert_eq!((batch.marker(), batch.max_timestamp()), (Some(marker), 1_000));
        }
        assert_eq!(Batch::stored(&build(&[(None, None)], 0)).marker(), None);
    }
}
