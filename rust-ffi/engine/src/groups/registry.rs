//! The groups there are, by name, and the way into one of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::AtomicU64},
};

use super::{
    GroupDue, GroupTimer,
    classic::Classic,
    offsets::Offsets,
    promise::Promise,
    state_bytes::{Charge, StateBytes},
};
use crate::{
    Engine,
    clock::{Instant, Now},
    timers::{Due, TimerKey},
    waiters::{WaitList, lock},
};

#[derive(Debug, Default)]
pub(crate) struct Groups {
    by_name: RwLock<BTreeMap<Arc<str>, Arc<Group>>>,
    pub(super) bytes: StateBytes,
    /// How many partitions the offsets' topic had when it was first needed.
    pub(super) partition_count: OnceLock<i32>,
    /// When [`super::maintain`] has something to do again, in microseconds.
    pub(super) cleanup_at: AtomicU64,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(super) name: Arc<str>,
    state: Mutex<GroupState>,
    _charge: Charge,
}

/// What a group takes besides its name, members and offsets, roughly.
const GROUP_BYTES: usize = 1_024;

#[derive(Debug)]
pub(super) struct GroupState {
    /// No longer in the registry: whoever still holds it has to look again.
    pub(super) dead: bool,
    pub(super) classic: Classic,
    pub(super) offsets: Offsets,
}

impl Groups {
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Arc<str>, Arc<Group>>> {
        self.by_name.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Arc<str>, Arc<Group>>> {
        self.by_name.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, name: &str) -> Option<Arc<Group>> {
        self.read().get(name).cloned()
    }

    /// By name.
    pub(super) fn list(&self) -> Vec<Arc<Group>> {
        self.read().values().cloned().collect()
    }

    /// `None` if there is no room for another one.
    fn get_or_create(&self, name: &str, now: Now) -> Option<Arc<Group>> {
        if let Some(group) = self.get(name) {
            return Some(group);
        }
        let charge = self.bytes.claim(GROUP_BYTES + name.len())?;
        Some(self.create(name, now, charge))
    }

    /// For one that an earlier run has left: there is room for it always.
    pub(super) fn restored(&self, name: &str, now: Now) -> Arc<Group> {
        self.get(name).unwrap_or_else(|| {
            let mut charge = Charge::of(&self.bytes);
            charge.force(GROUP_BYTES + name.len());
            self.create(name, now, charge)
        })
    }

    fn create(&self, name: &str, now: Now, charge: Charge) -> Arc<Group> {
        let name: Arc<str> = name.into();
        let new = || Arc::new(Group::new(name.clone(), now, charge, &self.bytes));
        self.write().entry(name.clone()).or_insert_with(new).clone()
    }

    /// `group` was marked dead.
    pub(super) fn forget(&self, group: &Arc<Group>) {
        let mut groups = self.write();
        if groups.get(&group.name).is_some_and(|other| Arc::ptr_eq(other, group)) {
            groups.remove(&group.name);
        }
    }
}

impl Group {
    fn new(name: Arc<str>, now: Now, charge: Charge, all: &StateBytes) -> Group {
        let state = GroupState { dead: false, classic: Classic::new(now), offsets: Offsets::new(all) };
        Group { name, state: Mutex::new(state), _charge: charge }
    }

    /// Runs `act` under the group's lock; who was answered is woken after it. `None` if the group is dead.
    pub(super) fn enter<R>(
        &self,
        engine: &Engine,
        now: Now,
        act: impl FnOnce(&mut GroupState, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let mut turn = Turn { engine, now, group: &self.name, woken: Vec::new() };
        let result = {
            let mut state = lock(&self.state);
            if state.dead {
                return None;
            }
            act(&mut state, &mut turn)
        };
        turn.woken.iter().for_each(|list| list.wake());
        Some(result)
    }
}

/// Runs `act` in the group of that name. `None` if there is none.
pub(super) fn with<R>(
    engine: &Engine,
    now: Now,
    name: &str,
    act: impl FnOnce(&mut GroupState, &mut Turn<'_>) -> R,
) -> Option<R> {
    engine.groups.get(name)?.enter(engine, now, act)
}

/// As [`with`], but a group that is not there is made. `None` if there is no room for it.
pub(super) fn with_new<R>(
    engine: &Engine,
    now: Now,
    name: &str,
    mut act: impl FnMut(&mut GroupState, &mut Turn<'_>) -> R,
) -> Option<R> {
    loop {
        let group = engine.groups.get_or_create(name, now)?;
        if let Some(result) = group.enter(engine, now, &mut act) {
            return Some(result);
        }
        // Somebody has just deleted it, and may not have come to take it out of the registry.
        engine.groups.forget(&group);
    }
}

/// A deadline that a group has set.
#[derive(Debug)]
pub(super) struct Deadline {
    at: Instant,
    key: TimerKey,
}

/// One look into a group: what it needs from outside, and what comes of it.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) engine: &'a Engine,
    pub(super) now: Now,
    group: &'a Arc<str>,
    woken: Vec<Arc<WaitList>>,
}

impl Turn<'_> {
    pub(super) fn answer<T>(&mut self, promise: &Promise<T>, answer: T) {
        self.woken.push(promise.keep(answer));
    }

    /// What is negative is due at once.
    pub(super) fn schedule(&self, after_ms: i64, due: GroupDue) -> Deadline {
        let at = self.now.instant.after_ms(after_ms);
        let timer = GroupTimer { group: self.group.clone(), due };
        Deadline { at, key: self.engine.timers.set(at, Due::Group(timer)) }
    }

    pub(super) fn cancel(&self, deadline: Option<Deadline>) {
        if let Some(deadline) = deadline {
            self.engine.timers.cancel(deadline.key);
        }
    }

    /// Whether a fired timer still means something: the deadline may have been moved while the timer was on its way.
    pub(super) fn is_due(&self, deadline: Option<&Deadline>) -> bool {
        deadline.is_some_and(|deadline| deadline.at <= self.now.instant)
    }
}
