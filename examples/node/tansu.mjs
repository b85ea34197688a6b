// SPDX-License-Identifier: Apache-2.0
// A Kafka-compatible broker inside the process, over koffi. It is small on purpose: copy it and change it.

import { promisify } from 'node:util';
import koffi from 'koffi';

/** TANSU_ABI_VERSION of the header that this file was written from. */
const ABI_VERSION = 1;

koffi.opaque('tansu_config');
koffi.opaque('tansu_broker');
koffi.opaque('tansu_error');
koffi.proto('void tansu_started_fn(void *user_data, uint16_t port)');
koffi.proto('void tansu_stopped_fn(void *user_data)');
koffi.proto('void tansu_error_fn(void *user_data, const tansu_error *error)');
koffi.proto('void tansu_release_fn(void *user_data)');
// The library reads as much of it as the first member says, so it may know more members than we do.
const Callbacks = koffi.struct('tansu_callbacks', {
  struct_size: 'size_t',
  user_data: 'void *',
  on_started: 'tansu_started_fn *',
  on_stopped: 'tansu_stopped_fn *',
  on_error: 'tansu_error_fn *',
  on_fatal: 'tansu_error_fn *',
  release: 'tansu_release_fn *',
});

/** What the library tells of a failure. */
export class TansuError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Loads libtansu.so.0 by its full path. */
export function load(path) {
  const library = koffi.load(path);
  const functions = Object.fromEntries(
    [
      'uint32_t tansu_abi_version()',
      'const char *tansu_version()',
      'const char *tansu_status_name(int32_t status)',
      'const char *tansu_error_message(const tansu_error *error)',
      'void tansu_error_free(tansu_error *error)',
      'int32_t tansu_config_new(_Out_ tansu_config **out)',
      'int32_t tansu_config_set(tansu_config *config, const char *key, const char *value, _Out_ tansu_error **error)',
      'void tansu_config_free(tansu_config *config)',
      'int32_t tansu_broker_new(tansu_config *config, tansu_callbacks *callbacks, _Out_ tansu_broker **out, ' +
        '_Out_ tansu_error **error)',
      'int32_t tansu_broker_start(tansu_broker *broker, _Out_ tansu_error **error)',
      'int32_t tansu_broker_wait_ready(tansu_broker *broker, int64_t timeout_ms, _Out_ uint16_t *port, ' +
        '_Out_ tansu_error **error)',
      'int32_t tansu_broker_stop(tansu_broker *broker, int64_t grace_ms)',
      'int32_t tansu_broker_wait(tansu_broker *broker, int64_t timeout_ms, _Out_ tansu_error **error)',
      'void tansu_broker_free(tansu_broker *broker)',
    ].map((declaration) => [declaration.match(/(tansu_\w+)\(/)[1], library.func(declaration)]),
  );
  if (functions.tansu_abi_version() < ABI_VERSION) {
    throw new Error(`${path} is older than this program: ${functions.tansu_version()}`);
  }
  return functions;
}

/**
 * A broker, used once: to start again, make a new one.
 *
 * JavaScript has one thread and the broker's callbacks come on another: koffi puts each into the queue of the event
 * loop, and the broker's thread waits until it has run. So a call that waits for callbacks must not block the event
 * loop, or both wait for each other for ever. Those calls are made with `.async`, which runs them on one of libuv's
 * threads (four, unless UV_THREADPOOL_SIZE says otherwise, and files and DNS need them too).
 *
 * process.exit ends the event loop and then waits for those threads, so it hangs when a `wait` is in work: stop, await
 * `wait`, and set process.exitCode. Without a `wait` in work a process may end while its broker runs.
 */
export class Broker {
  #tansu;
  #pointer;
  #registered = [];

  /**
   * Creates a broker that is not started yet; throws for invalid settings.
   *
   * `events` may have the functions started(port), stopped(), error(message), fatal(message) and released(). An
   * exception in one of them does not reach the broker; Node treats it as uncaught, which ends the
   * process.
   */
  constructor(tansu, settings, events = {}) {
    this.#tansu = tansu;
    const config = this.#config(settings);
    try {
      const out = [null];
      const error = [null];
      // The library has copied the struct when the call returns; the functions in it must live on.
      this.#check(tansu.tansu_broker_new(config, this.#callbacks(events), out, error), error);
      this.#pointer = out[0];
    } catch (failure) {
      // Without a broker, release is never called.
      this.#unregister();
      throw failure;
    } finally {
      tansu.tansu_config_free(config);
    }
  }

  #config(settings) {
    const out = [null];
    const status = this.#tansu.tansu_config_new(out);
    if (status !== 0) {
      throw new TansuError(this.#tansu.tansu_status_name(status), status);
    }
    try {
      for (const [key, value] of Object.entries(settings)) {
        const error = [null];
        this.#check(this.#tansu.tansu_config_set(out[0], key, String(value), error), error);
      }
    } catch (failure) {
      this.#tansu.tansu_config_free(out[0]);
      throw failure;
    }
    return out[0];
  }

  #callbacks(events) {
    // A JavaScript function given to a call directly is valid during that call only; register makes it last, and keeps
    // it from the garbage collector, until unregister.
    const register = (type, callback) => {
      const pointer = koffi.register(callback, koffi.pointer(koffi.type(type)));
      this.#registered.push(pointer);
      return pointer;
    };
    // The error is lent until the callback returns: take what is needed out of it, do not keep the pointer.
    const message = (error) => this.#tansu.tansu_error_message(error);
    return {
      struct_size: koffi.sizeof(Callbacks),
      user_data: null, // the functions below know their events
      on_started: register('tansu_started_fn', (_, port) => events.started?.(port)),
      on_stopped: register('tansu_stopped_fn', () => events.stopped?.()),
      on_error: register('tansu_error_fn', (_, error) => events.error?.(message(error))),
      on_fatal: register('tansu_error_fn', (_, error) => events.fatal?.(message(error))),
      release: register('tansu_release_fn', () => events.released?.()),
    };
  }

  /** Starts the broker and waits until clients can connect. Gives the port. */
  async start(timeoutMs) {
    const error = [null];
    const port = [0];
    this.#check(this.#tansu.tansu_broker_start(this.#pointer, error), error);
    const waitReady = promisify(this.#tansu.tansu_broker_wait_ready.async);
    this.#check(await waitReady(this.#pointer, timeoutMs, port, error), error);
    return port[0];
  }

  /** Asks the broker to stop and returns at once. May be called from an event. */
  stop() {
    this.#tansu.tansu_broker_stop(this.#pointer, -1);
  }

  /** Waits until the broker has stopped and all events were delivered; throws the fatal error, if any. */
  async wait(timeoutMs) {
    const error = [null];
    const wait = promisify(this.#tansu.tansu_broker_wait.async);
    this.#check(await wait(this.#pointer, timeoutMs, error), error);
  }

  /**
   * Gives the broker up, after `wait`: a callback that is still on its way would find its function unregistered. The
   * promises of `start` and `wait` must be settled.
   */
  free() {
    this.#tansu.tansu_broker_free(this.#pointer);
    this.#pointer = null;
    this.#unregister();
  }

  #unregister() {
    this.#registered.forEach((pointer) => koffi.unregister(pointer));
    this.#registered = [];
  }

  #check(status, error) {
    if (status === 0) {
      return;
    }
    const message = this.#tansu.tansu_error_message(error[0]);
    this.#tansu.tansu_error_free(error[0]);
    throw new TansuError(message, status);
  }
}
