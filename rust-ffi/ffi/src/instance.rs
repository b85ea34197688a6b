//! One broker: that of the crate `broker` and the channel to the host's callbacks.

use crate::callbacks::Callbacks;
use crate::constants::*;
use crate::deadline::Deadline;
use crate::events::{Channel, EventForwarder};
use crate::failure::{Failure, Outcome};
use crate::pages::prefault;
use crate::status::*;
use crate::{log, signals};
use broker::{Broker, Kind, Settings, State};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(crate) struct Instance {
    id: u64,
    pub broker: Broker,
    channel: Arc<Channel>,
}

impl Instance {
    pub fn new(settings: &Settings, callbacks: Callbacks) -> Outcome<Arc<Instance>> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let channel = Channel::new(callbacks);
        let broker = Broker::new(settings, Arc::new(EventForwarder(Arc::clone(&channel))), prefault)?;
        Ok(Arc::new(Instance { id: NEXT.fetch_add(1, Ordering::Relaxed), broker, channel }))
    }

    pub fn start(&self) -> Outcome {
        if log::in_callback() {
            return Err(Failure::in_log_callback("tansu_broker_start"));
        }
        if self.state() != TANSU_STATE_NEW {
            return Err(Failure::new(
                TANSU_E_STATE,
                "the broker was started before; a handle is for one run, make a new one",
            ));
        }
        self.channel.start(self.id)?;
        // Of two concurrent starts only one succeeds. The failing one must not end the callback thread of the other.
        signals::blocked(|| self.broker.start()).map_err(|e| {
            if e.kind != Kind::State {
                self.channel.cancel_start();
            }
            e.into()
        })
    }

    pub fn wait_ready(&self, timeout: Option<Duration>) -> Outcome<u16> {
        self.may_wait("tansu_broker_wait_ready", "on_started tells the port.")?;
        Ok(self.broker.wait_ready(timeout)?)
    }

    pub fn wait(&self, timeout: Option<Duration>) -> Outcome {
        self.may_wait("tansu_broker_wait", "Call tansu_broker_stop and return.")?;
        let deadline = Deadline::after(timeout);
        let end = self.broker.wait(timeout);
        // Only a broker that has stopped has its last callbacks to wait for.
        if matches!(self.broker.state(), State::Stopped | State::Failed) && !timed_out(&end) {
            self.channel.wait_delivered(deadline)?;
        }
        Ok(end?)
    }

    pub fn stop(&self, grace: Option<Duration>) {
        self.broker.stop(grace);
    }

    pub fn detach(&self, timeout: Option<Duration>) -> Outcome {
        if log::in_callback() {
            return Err(Failure::in_log_callback("tansu_broker_detach"));
        }
        self.channel.detach(Deadline::after(timeout))
    }

    /// Ends a freed broker: no more callbacks, a stop without grace, no waiting.
    pub fn abandon(&self) {
        self.channel.abandon();
        self.broker.stop(Some(Duration::ZERO));
    }

    /// Fails the broker after a panic in a call on it.
    pub fn fail(&self, failure: &Failure) {
        // A broker that was never started has nothing to stop.
        if self.state() == TANSU_STATE_NEW {
            return;
        }
        let message = failure.message.clone();
        self.broker.fail(broker::Error { kind: Kind::Panic, message, os_code: 0, fatal: true, retriable: false }, true);
    }

    pub fn bootstrap(&self) -> Outcome<String> {
        if self.broker.port() == 0 {
            return Err(Failure::new(TANSU_E_STATE, "the broker has no port before it is ready"));
        }
        Ok(self.broker.bootstrap())
    }

    /// Refuses a call that would wait for its own thread.
    pub fn may_wait(&self, what: &str, remedy: &str) -> Outcome {
        if self.channel.in_callback() {
            Err(Failure::reentrant(what, remedy))
        } else if log::in_callback() {
            Err(Failure::in_log_callback(what))
        } else {
            Ok(())
        }
    }

    pub fn state(&self) -> i32 {
        match self.broker.state() {
            State::New => TANSU_STATE_NEW,
            State::Starting => TANSU_STATE_STARTING,
            State::Running => TANSU_STATE_RUNNING,
            State::Stopping => TANSU_STATE_STOPPING,
            State::Stopped => TANSU_STATE_STOPPED,
            State::Failed => TANSU_STATE_FAILED,
        }
    }
}

fn timed_out(end: &Result<(), broker::Error>) -> bool {
    matches!(end, Err(e) if e.kind == Kind::Timeout && !e.fatal)
}
