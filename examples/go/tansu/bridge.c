// SPDX-License-Identifier: Apache-2.0
#include "bridge.h"
// cgo writes this file: the prototypes of the functions that callbacks.go exports.
#include "_cgo_export.h"

static void on_started(void *user_data, uint16_t port) { tansuGoStarted((uintptr_t)user_data, port); }
static void on_stopped(void *user_data) { tansuGoStopped((uintptr_t)user_data); }
// cgo has no const: Go must not write through this pointer, and must not keep it.
static void on_error(void *user_data, const tansu_error *error) {
  tansuGoError((uintptr_t)user_data, (tansu_error *)error);
}
static void on_fatal(void *user_data, const tansu_error *error) {
  tansuGoFatal((uintptr_t)user_data, (tansu_error *)error);
}
static void release(void *user_data) { tansuGoRelease((uintptr_t)user_data); }

int32_t bridge_broker_new(const tansu_config *config, uintptr_t handle, tansu_broker **out, tansu_error **err) {
  tansu_callbacks callbacks = TANSU_CALLBACKS_INIT;
  callbacks.user_data = (void *)handle;
  callbacks.on_started = on_started;
  callbacks.on_stopped = on_stopped;
  callbacks.on_error = on_error;
  callbacks.on_fatal = on_fatal;
  callbacks.release = release;
  return tansu_broker_new(config, &callbacks, out, err);
}
