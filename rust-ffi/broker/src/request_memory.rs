//! queued.max.request.bytes: memory for incomplete requests of all connections.
//!
//! A connection reserves the bytes that it has received, never the length that its frame claims, so a client that
//! announces a hundred megabytes and sends a few kilobytes does not block others. When the memory is exhausted, one
//! connection at a time may continue without a reservation, so that connections with partial reservations do not
//! deadlock. The total is at most the limit and one request. The others wait for that connection, so it has a short
//! timeout.
#![expect(clippy::disallowed_methods, reason = "time-outs of sockets are real")]

use std::{future::pending, sync::Arc, time::Duration};

use futures_lite::future::or;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::cancelled::cancelled;

/// Bytes a second that a large request must reach, in addition to the stall timeout.
const RATE_MIN: usize = 64 * 1024;
/// The same for the connection that has the turn.
const TURN_STALL: Duration = Duration::from_secs(1);
const TURN_RATE_MIN: f64 = (1 << 20) as f64;

pub(crate) struct RequestMemory {
    bytes: Arc<Semaphore>,
    /// One permit: the turn, to continue when the memory is exhausted.
    turn: Arc<Semaphore>,
}

/// The memory that one connection has reserved for one request.
pub(crate) struct Reservation {
    /// When the request must be complete.
    until: Instant,
    permit: Option<OwnedSemaphorePermit>,
    turn: Option<Turn>,
}

struct Turn {
    began: Instant,
    /// Bytes received when the turn began.
    bytes: usize,
    _permit: OwnedSemaphorePermit,
}

/// Why a reservation failed.
pub(crate) enum ReserveError {
    Drained,
    /// No memory came free in time.
    Exhausted,
}

impl RequestMemory {
    pub(crate) fn new(bytes_max: usize) -> RequestMemory {
        RequestMemory { bytes: Arc::new(Semaphore::new(bytes_max)), turn: Arc::new(Semaphore::new(1)) }
    }

    /// Begins a reservation for a request of `len` bytes.
    pub(crate) fn begin(len: usize, stall: Duration) -> Reservation {
        let until = Instant::now() + stall + Duration::from_secs((len / RATE_MIN) as u64);
        Reservation { until, permit: None, turn: None }
    }

    /// Waits until `reservation` covers `bytes`, which never decreases. The waiting time is not counted against the
    /// client.
    pub(crate) async fn reserve(
        &self,
        reservation: &mut Reservation,
        bytes: usize,
        patience: Duration,
        drain: &CancellationToken,
    ) -> Result<(), ReserveError> {
        let permit = reservation.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let owed = u32::try_from(bytes.saturating_sub(permit)).unwrap_or(u32::MAX);
        if let Some(turn) = &reservation.turn {
            let came = (bytes - turn.bytes) as f64;
            reservation.until = turn.began + TURN_STALL + Duration::from_secs_f64(came / TURN_RATE_MIN);
            return Ok(());
        }
        if owed == 0 {
            return Ok(());
        }
        if let Ok(more) = self.bytes.clone().try_acquire_many_owned(owed) {
            reservation.add(more);
            return Ok(());
        }
        let asked = Instant::now();
        let got = or(cancelled(drain), async { Some(timeout(patience, self.wait(owed)).await) }).await;
        match got.ok_or(ReserveError::Drained)?.map_err(|_| ReserveError::Exhausted)? {
            Got::Bytes(more) => {
                reservation.add(more);
                reservation.until += asked.elapsed();
            }
            Got::Turn(permit) => {
                let began = Instant::now();
                reservation.until = began + TURN_STALL;
                reservation.turn = Some(Turn { began, bytes, _permit: permit });
            }
        }
        Ok(())
    }

    async fn wait(&self, owed: u32) -> Got {
        let bytes = async { Got::Bytes(acquire(&self.bytes, owed).await) };
        let turn = async { Got::Turn(acquire(&self.turn, 1).await) };
        or(bytes, turn).await
    }
}

async fn acquire(semaphore: &Arc<Semaphore>, permits: u32) -> OwnedSemaphorePermit {
    match semaphore.clone().acquire_many_owned(permits).await {
        Ok(permit) => permit,
        // The semaphores are never closed.
        Err(_) => pending().await,
    }
}

enum Got {
    Bytes(OwnedSemaphorePermit),
    Turn(OwnedSemaphorePermit),
}

impl Reservation {
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    fn add(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    async fn reserve(memory: &RequestMemory, reservation: &mut Reservation, bytes: usize) -> bool {
        memory.reserve(reservation, bytes, PATIENCE, &CancellationToken::new()).await.is_ok()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn only_what_has_come_is_paid_for() {
        let memory = RequestMemory::new(1_000);
        let mut announced = RequestMemory::begin(1 << 30, PATIENCE);
        assert!(reserve(&memory, &mut announced, 100).await && reserve(&memory, &mut announced, 200).await);
        assert_eq!(memory.bytes.available_permits(), 800);
        drop(announced);
        assert_eq!(memory.bytes.available_permits(), 1_000);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn when_all_is_held_in_parts_one_goes_on() {
        let memory = RequestMemory::new(1_000);
        let mut reservations: Vec<Reservation> = (0..4).map(|_| RequestMemory::begin(1_000, PATIENCE)).collect();
        for reservation in &mut reservations {
            assert!(reserve(&memory, reservation, 250).await);
        }
        assert!(reserve(&memory, &mut reservations[2], 1_000).await, "the one whose turn it is");
        assert!(!reserve(&memory, &mut reservations[1], 500).await, "the next waits for it");
        drop(reservations.remove(2));
        assert!(reserve(&memory, &mut reservations[1], 500).await);
    }
}
