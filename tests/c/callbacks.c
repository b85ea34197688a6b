/* The order of the callbacks on each path. Needs the library with test hooks. */
#include "net.h"

static void a_clean_run(void) {
  recorder events;
  uint16_t port = 0;
  tansu_broker *broker;
  recorder_init(&events);
  broker = running_broker(&events, &port);
  recorder_wait(&events, "started ");
  CHECK_INT(events.port, port);
  CHECK_LOG(&events, "started ");
  end_broker(broker);
  CHECK_LOG(&events, "started stopped release ");
}

static void a_failed_bind(void) {
  recorder events;
  uint16_t port = 0;
  tansu_broker *holder = running_broker(NULL, &port), *broker;
  recorder_init(&events);
  broker = new_broker_at(&events, port);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, NULL), TANSU_E_BIND);
  CHECK_LOG(&events, "fatal(-6) stopped release ");
  CHECK_HAS(events.message, "taken");
  tansu_broker_free(broker);
  end_broker(holder);
  CHECK_LOG(&events, "fatal(-6) stopped release ");
}

/* The broker goes on after an error. */
static void injected_errors(void) {
  recorder events;
  uint16_t port = 0;
  int client;
  tansu_error *last = NULL;
  tansu_broker *broker;
  recorder_init(&events);
  broker = running_broker(&events, &port);
  recorder_wait(&events, "started ");
  CHECK_OK(tansu_test_raise(broker, TANSU_E_STORAGE, false, "one"));
  CHECK_OK(tansu_test_raise(broker, TANSU_E_IO, false, "two"));
  recorder_wait(&events, "error(-8) ");
  CHECK_TEXT(events.message, "two");
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
  client = connect_to(port);
  check_api_versions(client);
  close(client);
  CHECK_OK(tansu_broker_last_error(broker, &last));
  CHECK(last == NULL);
  end_broker(broker);
  CHECK_LOG(&events, "started error(-7) error(-8) stopped release ");
}

static void an_injected_fatal_error(void) {
  recorder events;
  uint16_t port = 0;
  int client;
  tansu_error *error = NULL;
  tansu_broker *broker;
  recorder_init(&events);
  broker = running_broker(&events, &port);
  recorder_wait(&events, "started ");
  client = connect_to(port);
  check_api_versions(client);
  CHECK_OK(tansu_test_raise(broker, TANSU_E_STORAGE, true, "the disk is gone"));
  CHECK_OK(tansu_test_raise(broker, TANSU_E_IO, true, "and once more"));
  CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, &error), TANSU_E_STORAGE);
  CHECK(tansu_error_is_fatal(error));
  check_error(error, TANSU_E_STORAGE, "the disk is gone");
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_FAILED);
  CHECK_OK(tansu_broker_last_error(broker, &error));
  check_error(error, TANSU_E_STORAGE, "the disk is gone");
  CHECK_LOG(&events, "started fatal(-7) stopped release ");
  check_over(client);
  close(client);
  check_refused(port);
  /* A stop that comes too late does not make it a clean end. */
  CHECK_OK(tansu_broker_stop(broker, -1));
  CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, NULL), TANSU_E_STORAGE);
  tansu_broker_free(broker);
  CHECK_LOG(&events, "started fatal(-7) stopped release ");
}

static void *raise_fatal(void *broker) {
  return (void *)(intptr_t)tansu_test_raise(broker, TANSU_E_INTERNAL, true, "fatal");
}

/* Stop and a fatal error at once: one end, whichever wins. */
static void exactly_one_end(void) {
  int round;
  for (round = 0; round < 20; round++) {
    recorder events;
    pthread_t thread;
    tansu_broker *broker;
    int32_t status;
    recorder_init(&events);
    broker = running_broker(&events, NULL);
    recorder_wait(&events, "started ");
    CHECK_INT(pthread_create(&thread, NULL, raise_fatal, broker), 0);
    CHECK_OK(tansu_broker_stop(broker, 0));
    status = tansu_broker_wait(broker, LIMIT_MS, NULL);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK(status == TANSU_OK || status == TANSU_E_INTERNAL);
    CHECK(strcmp(events.log, "started stopped release ") == 0 ||
          strcmp(events.log, "started fatal(-19) stopped release ") == 0);
    CHECK_INT(events.overlapping, 0);
    tansu_broker_free(broker);
  }
}

static void release_without_a_start(void) {
  recorder events;
  tansu_broker *broker;
  recorder_init(&events);
  broker = new_broker(&events);
  CHECK_LOG(&events, "");
  tansu_broker_free(broker);
  CHECK_LOG(&events, "release ");
}

static void members_may_be_null(void) {
  static const struct {
    bool started, stopped, error, fatal, release;
    const char *log;
  } rows[] = {
      {false, false, false, false, false, ""},
      {true, false, false, false, false, "started "},
      {false, true, false, false, false, "stopped "},
      {false, false, true, false, false, "error(-8) "},
      {false, false, false, true, false, "fatal(-7) "},
      {false, false, false, false, true, "release "},
      {true, true, false, false, true, "started stopped release "},
  };
  tansu_config *config = memory_config();
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    recorder events;
    tansu_callbacks callbacks;
    tansu_broker *broker = NULL;
    recorder_init(&events);
    callbacks = recorder_callbacks(&events);
    if (!rows[i].started) callbacks.on_started = NULL;
    if (!rows[i].stopped) callbacks.on_stopped = NULL;
    if (!rows[i].error) callbacks.on_error = NULL;
    if (!rows[i].fatal) callbacks.on_fatal = NULL;
    if (!rows[i].release) callbacks.release = NULL;
    CHECK_OK(tansu_broker_new(config, &callbacks, &broker, NULL));
    CHECK_OK(tansu_broker_start(broker, NULL));
    CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, NULL, NULL));
    if (rows[i].started) recorder_wait(&events, "started ");
    CHECK_OK(tansu_test_raise(broker, TANSU_E_IO, false, "error"));
    CHECK_OK(tansu_test_raise(broker, TANSU_E_STORAGE, true, "fatal"));
    CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, NULL), TANSU_E_STORAGE);
    tansu_broker_free(broker);
    CHECK_LOG(&events, rows[i].log);
  }
  tansu_config_free(config);
}

static void keep_error(void *user_data, const tansu_error *error) {
  recorder *me = user_data;
  pthread_mutex_lock(&me->lock);
  me->extra = tansu_error_clone(error);
  pthread_mutex_unlock(&me->lock);
  recorder_event(me, "fatal", "kept");
}

/* The error is lent for the time of the call; a clone of it stays. */
static void a_lent_error_can_be_kept(void) {
  recorder events;
  tansu_callbacks callbacks;
  tansu_config *config = memory_config();
  tansu_broker *broker = NULL;
  recorder_init(&events);
  callbacks = recorder_callbacks(&events);
  callbacks.on_fatal = keep_error;
  CHECK_OK(tansu_broker_new(config, &callbacks, &broker, NULL));
  tansu_config_free(config);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, NULL, NULL));
  recorder_wait(&events, "started ");
  CHECK_OK(tansu_test_raise(broker, TANSU_E_STORAGE, true, "kept for later"));
  CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, NULL), TANSU_E_STORAGE);
  tansu_broker_free(broker);
  CHECK_LOG(&events, "started kept stopped release ");
  check_error(events.extra, TANSU_E_STORAGE, "kept for later");
}

static void hooks_check_their_arguments(void) {
  tansu_broker *broker = new_broker(NULL);
  CHECK_INT(tansu_test_raise(broker, TANSU_E_IO, true, "x"), TANSU_E_STATE);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_INT(tansu_test_raise(broker, 12345, false, "x"), TANSU_E_INVALID_ARG);
  CHECK_INT(tansu_test_raise(broker, TANSU_E_IO, false, NULL), TANSU_E_NULL);
  end_broker(broker);
}

static const check_case cases[] = {
    CASE(a_clean_run),
    CASE(a_failed_bind),
    CASE(injected_errors),
    CASE(an_injected_fatal_error),
    CASE(exactly_one_end),
    CASE(release_without_a_start),
    CASE(members_may_be_null),
    CASE(a_lent_error_can_be_kept),
    CASE(hooks_check_their_arguments),
};

MAIN(cases)
