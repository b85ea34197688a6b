//! Bytes of state that outlives its connection. An allocation for it is refused before it is made: one that fails would
//! end the host process. docs/internals/budgets.md lists all budgets.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// So many bytes, of which parts are charged.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    charged: Arc<AtomicUsize>,
    bytes_max: usize,
}

impl Budget {
    pub(crate) fn new(bytes_max: usize) -> Budget {
        Budget { charged: Arc::default(), bytes_max }
    }

    /// `None` if there is no room for so many.
    pub(crate) fn charge(&self, bytes: usize) -> Option<Charge> {
        let mut charge = Charge { budget: self.clone(), bytes: 0 };
        charge.set(bytes).then_some(charge)
    }

    /// For state of an earlier run, which is there in any case.
    pub(crate) fn charge_anyway(&self, bytes: usize) -> Charge {
        self.charged.fetch_add(bytes, Ordering::SeqCst);
        Charge { budget: self.clone(), bytes }
    }
}

/// A part of a budget, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    budget: Budget,
    bytes: usize,
}

impl Charge {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns whether there was room; nothing has changed if not. There is always room for less.
    pub(crate) fn set(&mut self, bytes: usize) -> bool {
        let next = |charged: usize| {
            let charged = charged - self.bytes + bytes;
            (bytes <= self.bytes || charged <= self.budget.bytes_max).then_some(charged)
        };
        let is_done = self.budget.charged.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).is_ok();
        if is_done {
            self.bytes = bytes;
        }
        is_done
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.charged.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_charge_makes_room() {
        let budget = Budget::new(100);
        let mut first = budget.charge(90).unwrap();
        assert!(budget.charge(11).is_none());
        let second = budget.charge(10).unwrap();
        assert!(!first.set(91) && first.set(90) && first.set(5));
        drop(second);
        assert!(budget.charge(95).is_some());
        let earlier = budget.charge_anyway(1_000);
        assert!(budget.charge(1).is_none() && first.set(4));
        drop((first, earlier));
        assert!(budget.charge(100).is_some());
    }
}
