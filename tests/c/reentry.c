/* Calls on a broker inside its own callbacks. Needs the library with test hooks. */
#include "net.h"

/* Which event the call is made in, and what it gave. */
typedef struct {
  const char *event;
  int32_t status;
} inner_call;

static const char *const EVENTS[] = {"started", "error", "fatal", "stopped"};
#define EVENTS_COUNT (sizeof EVENTS / sizeof EVENTS[0])

/*
 * Runs a broker through all its events with `inside` called in the one that is named. The main thread waits for
 * `until` in the log, not for the broker: what is called inside may have taken the handle away.
 */
static void play(recorder *events, inner_call *call, void (*inside)(recorder *, const char *), const char *until) {
  recorder_init(events);
  events->inside = inside;
  events->extra = call;
  call->status = 1;
  CHECK_OK(tansu_broker_start(new_broker(events), NULL));
  recorder_wait(events, strcmp(call->event, "started") == 0 ? until : "started ");
  if (strcmp(call->event, "started") == 0) return;
  CHECK_OK(tansu_test_raise(events->broker, TANSU_E_IO, false, "error"));
  recorder_wait(events, strcmp(call->event, "error") == 0 ? until : "error(-8) ");
  if (strcmp(call->event, "error") == 0) return;
  CHECK_OK(tansu_test_raise(events->broker, TANSU_E_STORAGE, true, "fatal"));
  recorder_wait(events, until);
}

static bool here(recorder *me, const char *event) {
  return strcmp(((inner_call *)me->extra)->event, event) == 0;
}

static void note(recorder *me, int32_t status) { ((inner_call *)me->extra)->status = status; }

static void stop_inside(recorder *me, const char *event) {
  if (here(me, event)) note(me, tansu_broker_stop(me->broker, 0));
}

static void stop_inside_each_callback(void) {
  static const char *const logs[] = {
      "started stopped release ",
      "started error(-8) stopped release ",
      "started error(-8) fatal(-7) stopped release ",
      "started error(-8) fatal(-7) stopped release ",
  };
  size_t i;
  for (i = 0; i < EVENTS_COUNT; i++) {
    recorder events;
    inner_call call = {EVENTS[i], 1};
    play(&events, &call, stop_inside, "release ");
    CHECK_INT(tansu_broker_wait(events.broker, LIMIT_MS, NULL), i < 2 ? TANSU_OK : TANSU_E_STORAGE);
    CHECK_INT(call.status, TANSU_OK);
    CHECK_LOG(&events, logs[i]);
    tansu_broker_free(events.broker);
  }
}

/* At once, whatever the time-out: it would wait for itself. */
static void wait_inside(recorder *me, const char *event) {
  tansu_error *error = NULL;
  if (!here(me, event)) return;
  CHECK_INT(tansu_broker_wait(me->broker, -1, &error), TANSU_E_REENTRANT);
  check_error(error, TANSU_E_REENTRANT, "inside a callback");
  CHECK_INT(tansu_broker_wait(me->broker, 0, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_wait_ready(me->broker, -1, NULL, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_command(me->broker, "topics.list", NULL, NULL, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_command(me->broker, "topics.create", "{\"name\": \"t\"}", NULL, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_start(me->broker, NULL), TANSU_E_STATE);
  note(me, TANSU_E_REENTRANT);
}

static void waiting_inside_each_callback_is_refused(void) {
  size_t i;
  for (i = 0; i < EVENTS_COUNT; i++) {
    recorder events;
    inner_call call = {EVENTS[i], 1};
    char until[16];
    snprintf(until, sizeof until, "%s", EVENTS[i]);
    play(&events, &call, wait_inside, until);
    CHECK_OK(tansu_broker_stop(events.broker, 0));
    CHECK_INT(tansu_broker_wait(events.broker, LIMIT_MS, NULL), i < 2 ? TANSU_OK : TANSU_E_STORAGE);
    CHECK_INT(call.status, TANSU_E_REENTRANT);
    tansu_broker_free(events.broker);
  }
}

/* What only asks is fine. */
static void getters_inside(recorder *me, const char *event) {
  char buffer[64];
  tansu_string *answer = NULL;
  tansu_error *last = NULL;
  if (!here(me, event)) return;
  CHECK(tansu_broker_state(me->broker) >= TANSU_STATE_STARTING);
  CHECK(tansu_broker_port(me->broker) != 0);
  CHECK_OK(tansu_broker_bootstrap(me->broker, buffer, sizeof buffer, NULL));
  CHECK_OK(tansu_broker_command(me->broker, "info", NULL, &answer, NULL));
  CHECK_HAS(tansu_string_data(answer), buffer);
  tansu_string_free(answer);
  CHECK_OK(tansu_broker_last_error(me->broker, &last));
  CHECK_INT(last != NULL, strcmp(event, "fatal") == 0 || strcmp(event, "stopped") == 0);
  tansu_error_free(last);
  note(me, TANSU_OK);
}

static void asking_inside_each_callback(void) {
  size_t i;
  for (i = 0; i < EVENTS_COUNT; i++) {
    recorder events;
    inner_call call = {EVENTS[i], 1};
    play(&events, &call, getters_inside, EVENTS[i]);
    CHECK_OK(tansu_broker_stop(events.broker, 0));
    CHECK_INT(tansu_broker_wait(events.broker, LIMIT_MS, NULL), i < 2 ? TANSU_OK : TANSU_E_STORAGE);
    CHECK_INT(call.status, TANSU_OK);
    tansu_broker_free(events.broker);
  }
}

/* Takes effect when the callback returns: it is the last one, `release` follows. */
static void detach_inside(recorder *me, const char *event) {
  if (here(me, event)) note(me, tansu_broker_detach(me->broker, -1));
}

static void free_inside(recorder *me, const char *event) {
  if (!here(me, event)) return;
  tansu_broker_free(me->broker);
  CHECK_INT(tansu_broker_state(me->broker), TANSU_E_HANDLE);
  note(me, TANSU_OK);
}

static const char *const CUT_SHORT[] = {
    "started release ",
    "started error(-8) release ",
    "started error(-8) fatal(-7) release ",
    "started error(-8) fatal(-7) stopped release ",
};

static void detach_inside_each_callback(void) {
  size_t i;
  for (i = 0; i < EVENTS_COUNT; i++) {
    recorder events;
    inner_call call = {EVENTS[i], 1};
    play(&events, &call, detach_inside, "release ");
    CHECK_INT(call.status, TANSU_OK);
    CHECK_OK(tansu_broker_stop(events.broker, 0));
    CHECK_INT(tansu_broker_wait(events.broker, LIMIT_MS, NULL), i < 2 ? TANSU_OK : TANSU_E_STORAGE);
    CHECK_LOG(&events, CUT_SHORT[i]);
    tansu_broker_free(events.broker);
    CHECK_LOG(&events, CUT_SHORT[i]);
  }
}

static void free_inside_each_callback(void) {
  size_t i;
  for (i = 0; i < EVENTS_COUNT; i++) {
    recorder events;
    inner_call call = {EVENTS[i], 1};
    play(&events, &call, free_inside, "release ");
    CHECK_INT(call.status, TANSU_OK);
    CHECK_LOG(&events, CUT_SHORT[i]);
  }
}

/* --- a callback that takes its time ------------------------------------------------------------------------------ */

typedef struct {
  const char *event;
  int32_t status;
  gate entered, leave;
} slow_call;

static void slow_inside(recorder *me, const char *event) {
  slow_call *call = me->extra;
  if (strcmp(event, call->event) != 0) return;
  gate_open(&call->entered);
  gate_wait(&call->leave);
}

static void a_slow_callback_does_not_stall_the_broker(void) {
  recorder events;
  slow_call call = {"started", 0, GATE_INIT, GATE_INIT};
  uint16_t port = 0;
  int client, i;
  recorder_init(&events);
  events.inside = slow_inside;
  events.extra = &call;
  running_broker(&events, &port);
  gate_wait(&call.entered);
  for (i = 0; i < 3; i++) {
    client = connect_to(port);
    check_api_versions(client);
    close(client);
  }
  CHECK_OK(tansu_broker_command(events.broker, "topics.create", "{\"name\": \"t\"}", NULL, NULL));
  CHECK_OK(tansu_broker_stop(events.broker, -1));
  /* Stopped, but the host has not heard of it yet. */
  CHECK_INT(tansu_broker_wait(events.broker, 200, NULL), TANSU_E_TIMEOUT);
  CHECK_LOG(&events, "");
  gate_open(&call.leave);
  CHECK_OK(tansu_broker_wait(events.broker, LIMIT_MS, NULL));
  CHECK_LOG(&events, "started stopped release ");
  tansu_broker_free(events.broker);
}

static void *detach_other(void *user_data) {
  recorder *me = user_data;
  return (void *)(intptr_t)tansu_broker_detach(me->broker, -1);
}

static void detach_waits_for_the_callback_in_flight(void) {
  recorder events;
  slow_call call = {"started", 0, GATE_INIT, GATE_INIT};
  pthread_t thread;
  void *status;
  recorder_init(&events);
  events.inside = slow_inside;
  events.extra = &call;
  running_broker(&events, NULL);
  gate_wait(&call.entered);
  CHECK_INT(tansu_broker_detach(events.broker, 0), TANSU_E_TIMEOUT);
  CHECK_INT(tansu_broker_detach(events.broker, 20), TANSU_E_TIMEOUT);
  CHECK_INT(pthread_create(&thread, NULL, detach_other, &events), 0);
  CHECK_LOG(&events, "");
  gate_open(&call.leave);
  CHECK_INT(pthread_join(thread, &status), 0);
  CHECK_INT((intptr_t)status, TANSU_OK);
  CHECK_LOG(&events, "started release ");
  CHECK_OK(tansu_broker_detach(events.broker, 0));
  end_broker(events.broker);
  CHECK_LOG(&events, "started release ");
}

/* The time was not enough: `release` comes when the callback returns. */
static void release_after_a_detach_that_gave_up(void) {
  recorder events;
  slow_call call = {"started", 0, GATE_INIT, GATE_INIT};
  recorder_init(&events);
  events.inside = slow_inside;
  events.extra = &call;
  running_broker(&events, NULL);
  gate_wait(&call.entered);
  CHECK_INT(tansu_broker_detach(events.broker, 0), TANSU_E_TIMEOUT);
  gate_open(&call.leave);
  recorder_wait(&events, "release ");
  end_broker(events.broker);
  CHECK_LOG(&events, "started release ");
}

static void free_while_a_callback_runs(void) {
  recorder events;
  slow_call call = {"started", 0, GATE_INIT, GATE_INIT};
  recorder_init(&events);
  events.inside = slow_inside;
  events.extra = &call;
  running_broker(&events, NULL);
  gate_wait(&call.entered);
  tansu_broker_free(events.broker);
  CHECK_LOG(&events, "");
  gate_open(&call.leave);
  recorder_wait(&events, "release ");
  CHECK_LOG(&events, "started release ");
}

/* Released here, by the calling thread, and the broker goes on. */
static void detach_of_a_running_broker(void) {
  recorder events;
  uint16_t port = 0;
  int client;
  recorder_init(&events);
  running_broker(&events, &port);
  recorder_wait(&events, "started ");
  CHECK_OK(tansu_broker_detach(events.broker, -1));
  CHECK_LOG(&events, "started release ");
  CHECK_OK(tansu_test_raise(events.broker, TANSU_E_IO, false, "unheard"));
  client = connect_to(port);
  check_api_versions(client);
  close(client);
  end_broker(events.broker);
  CHECK_LOG(&events, "started release ");
}

static const check_case cases[] = {
    CASE(stop_inside_each_callback),
    CASE(waiting_inside_each_callback_is_refused),
    CASE(asking_inside_each_callback),
    CASE(detach_inside_each_callback),
    CASE(free_inside_each_callback),
    CASE(a_slow_callback_does_not_stall_the_broker),
    CASE(detach_waits_for_the_callback_in_flight),
    CASE(release_after_a_detach_that_gave_up),
    CASE(free_while_a_callback_runs),
    CASE(detach_of_a_running_broker),
};

MAIN(cases)
