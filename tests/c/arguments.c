/* What is given wrongly is answered with its own status number, and nothing is written. */
#include "check.h"

/* What an output holds before the call; it must be the same after a call that fails. */
#define UNTOUCHED ((void *)(uintptr_t)0x5a5a)

static tansu_config *config;
static tansu_broker *broker;

static void set_up(void) {
  config = memory_config();
  broker = new_broker(NULL);
}

static void tear_down(void) {
  tansu_broker_free(broker);
  tansu_config_free(config);
}

static void null_in_each_position(void) {
  char buffer[64];
  tansu_config *no_config = NULL;
  tansu_broker *made = UNTOUCHED;
  set_up();
  CHECK_INT(tansu_config_new(NULL), TANSU_E_NULL);
  CHECK_INT(tansu_config_set(NULL, "cluster.id", "x", NULL), TANSU_E_NULL);
  CHECK_INT(tansu_config_set(config, NULL, "x", NULL), TANSU_E_NULL);
  CHECK_INT(tansu_config_set(config, "cluster.id", NULL, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_config_get(NULL, "cluster.id", buffer, sizeof buffer, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_config_get(config, NULL, buffer, sizeof buffer, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_config_get(config, "cluster.id", NULL, sizeof buffer, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_new(NULL, NULL, &made, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_new(no_config, NULL, &made, NULL), TANSU_E_NULL);
  CHECK(made == UNTOUCHED);
  CHECK_INT(tansu_broker_new(config, NULL, NULL, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_start(NULL, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_wait_ready(NULL, 0, NULL, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_stop(NULL, 0), TANSU_E_NULL);
  CHECK_INT(tansu_broker_wait(NULL, 0, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_detach(NULL, 0), TANSU_E_NULL);
  CHECK_INT(tansu_broker_state(NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_bootstrap(NULL, buffer, sizeof buffer, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_last_error(NULL, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_last_error(broker, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_command(NULL, "info", NULL, NULL, NULL), TANSU_E_NULL);
  CHECK_INT(tansu_broker_command(broker, NULL, NULL, NULL, NULL), TANSU_E_NULL);
  tear_down();
}

static void null_has_an_answer_in_every_getter(void) {
  CHECK_INT(tansu_broker_port(NULL), 0);
  CHECK_INT(tansu_error_status(NULL), TANSU_OK);
  CHECK_INT(tansu_error_kind(NULL), 0);
  CHECK_TEXT(tansu_error_message(NULL), "");
  CHECK_INT(tansu_error_os_code(NULL), 0);
  CHECK(!tansu_error_is_fatal(NULL));
  CHECK(!tansu_error_is_retriable(NULL));
  CHECK(tansu_error_clone(NULL) == NULL);
  CHECK_TEXT(tansu_string_data(NULL), "");
  CHECK_INT(tansu_string_len(NULL), 0);
  CHECK(tansu_config_key_doc(NULL) == NULL);
  CHECK(tansu_command_doc(NULL) == NULL);
  CHECK(!tansu_has_feature(NULL));
  tansu_error_free(NULL);
  tansu_string_free(NULL);
  tansu_config_free(NULL);
  tansu_broker_free(NULL);
}

static void an_error_names_the_argument(void) {
  tansu_error *error = NULL;
  set_up();
  CHECK_INT(tansu_config_set(config, "cluster.id", NULL, &error), TANSU_E_NULL);
  CHECK_INT(tansu_error_kind(error), TANSU_KIND_ARGUMENT);
  CHECK(!tansu_error_is_fatal(error) && !tansu_error_is_retriable(error));
  check_error(error, TANSU_E_NULL, "value");
  CHECK_INT(tansu_config_set(NULL, "cluster.id", "x", &error), TANSU_E_NULL);
  check_error(error, TANSU_E_NULL, "config is NULL. Pass a tansu_config; tansu_config_new creates one.");
  CHECK_INT(tansu_broker_start(NULL, &error), TANSU_E_NULL);
  check_error(error, TANSU_E_NULL, "broker is NULL. Pass a tansu_broker; tansu_broker_new creates one.");
  error = UNTOUCHED;
  CHECK_OK(tansu_config_set(config, "cluster.id", "x", &error));
  CHECK(error == NULL);
  tear_down();
}

static void bad_utf8(void) {
  static const char *const texts[] = {"\xff", "ok\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"};
  size_t i;
  set_up();
  for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    tansu_error *error = NULL;
    CHECK_INT(tansu_config_set(config, "cluster.id", texts[i], &error), TANSU_E_UTF8);
    check_error(error, TANSU_E_UTF8, "value is not UTF-8");
    CHECK_INT(tansu_config_set(config, texts[i], "x", NULL), TANSU_E_UTF8);
    CHECK_INT(tansu_config_get(config, texts[i], NULL, 0, NULL), TANSU_E_UTF8);
    CHECK_INT(tansu_broker_command(broker, texts[i], NULL, NULL, NULL), TANSU_E_UTF8);
    CHECK_INT(tansu_broker_command(broker, "info", texts[i], NULL, NULL), TANSU_E_UTF8);
    CHECK(tansu_config_key_doc(texts[i]) == NULL);
    CHECK(tansu_command_doc(texts[i]) == NULL);
    CHECK(!tansu_has_feature(texts[i]));
  }
  tear_down();
}

static void struct_sizes(void) {
  /* As a newer header might have it: one member more. */
  struct {
    tansu_callbacks known;
    void *newer;
  } larger = {TANSU_CALLBACKS_INIT, NULL};
  static const struct {
    size_t size;
    int32_t status;
  } sizes[] = {
      {0, TANSU_E_INVALID_ARG},
      {1, TANSU_E_INVALID_ARG},
      {sizeof(size_t), TANSU_E_INVALID_ARG},
      {offsetof(tansu_callbacks, on_started) - 1, TANSU_E_INVALID_ARG},
      {offsetof(tansu_callbacks, on_started), TANSU_OK},
      {offsetof(tansu_callbacks, on_started) + 1, TANSU_E_INVALID_ARG},
      {sizeof(tansu_callbacks) - sizeof(void *), TANSU_OK},
      {sizeof(tansu_callbacks) - 1, TANSU_E_INVALID_ARG},
      {sizeof(tansu_callbacks), TANSU_OK},
      {sizeof(tansu_callbacks) + sizeof(void *), TANSU_OK},
      {(size_t)1 << 20, TANSU_E_INVALID_ARG},
      {SIZE_MAX, TANSU_E_INVALID_ARG},
  };
  size_t i;
  tansu_broker *made = NULL;
  tansu_error *error = NULL;
  set_up();
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    larger.known.struct_size = sizes[i].size;
    made = UNTOUCHED;
    CHECK_INT(tansu_broker_new(config, &larger.known, &made, NULL), sizes[i].status);
    if (sizes[i].status == TANSU_OK) {
      tansu_broker_free(made);
    } else {
      CHECK(made == UNTOUCHED);
    }
  }
  larger.known.struct_size = sizeof larger;
  larger.newer = &larger;
  CHECK_INT(tansu_broker_new(config, &larger.known, &made, &error), TANSU_E_UNSUPPORTED);
  check_error(error, TANSU_E_UNSUPPORTED, "does not know");
  tear_down();
}

/* What lies past the size that the caller gives is not read: it may be the caller's stack. */
static void members_beyond_the_size_are_not_called(void) {
  static const size_t sizes[] = {
      offsetof(tansu_callbacks, on_started), offsetof(tansu_callbacks, on_stopped),
      offsetof(tansu_callbacks, on_error),   offsetof(tansu_callbacks, on_fatal),
      offsetof(tansu_callbacks, release),    sizeof(tansu_callbacks),
  };
  static const char *const logs[] = {"", "started ", "started stopped ", "started stopped ", "started stopped ",
                                     "started stopped release "};
  size_t i;
  set_up();
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    recorder events;
    tansu_callbacks callbacks;
    tansu_broker *made = NULL;
    recorder_init(&events);
    callbacks = recorder_callbacks(&events);
    callbacks.struct_size = sizes[i];
    CHECK_OK(tansu_broker_new(config, &callbacks, &made, NULL));
    CHECK_OK(tansu_broker_start(made, NULL));
    CHECK_OK(tansu_broker_wait_ready(made, LIMIT_MS, NULL, NULL));
    end_broker(made);
    CHECK_LOG(&events, logs[i]);
  }
  tear_down();
}

static void callbacks_are_aligned(void) {
  char memory[sizeof(tansu_callbacks) + sizeof(void *)] = {0};
  tansu_callbacks callbacks = TANSU_CALLBACKS_INIT;
  /* Through a number: the compiler may assume that a pointer to the struct is aligned. */
  uintptr_t odd = ((uintptr_t)memory | (sizeof(void *) - 1));
  tansu_broker *made = NULL;
  set_up();
  CHECK_INT(tansu_broker_new(config, (const tansu_callbacks *)odd, &made, NULL), TANSU_E_INVALID_ARG);
  CHECK_OK(tansu_broker_new(config, &callbacks, &made, NULL));
  tansu_broker_free(made);
  tear_down();
}

static void handles_of_another_kind(void) {
  uint64_t foreign[8] = {0};
  tansu_error *error = NULL;
  tansu_broker *made = NULL;
  set_up();
  CHECK_INT(tansu_broker_start((tansu_broker *)config, &error), TANSU_E_HANDLE);
  check_error(error, TANSU_E_HANDLE, "not a tansu_broker");
  CHECK_INT(tansu_config_set((tansu_config *)broker, "cluster.id", "x", NULL), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_new((tansu_config *)broker, NULL, &made, NULL), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_state((tansu_broker *)foreign), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_state((tansu_broker *)((char *)foreign + 1)), TANSU_E_HANDLE);
  CHECK_INT(tansu_error_status((tansu_error *)broker), TANSU_OK);
  CHECK_TEXT(tansu_error_message((tansu_error *)config), "");
  CHECK_TEXT(tansu_string_data((tansu_string *)config), "");
  CHECK(tansu_error_clone((tansu_error *)config) == NULL);
  /* Freeing through the wrong function frees nothing. */
  tansu_broker_free((tansu_broker *)config);
  tansu_config_free((tansu_config *)broker);
  tansu_error_free((tansu_error *)broker);
  tansu_string_free((tansu_string *)broker);
  CHECK_OK(tansu_config_set(config, "cluster.id", "x", NULL));
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_NEW);
  tear_down();
}

/* Certain for brokers: a finalizer may come late, so what the handle points to is never given back. */
static void a_freed_broker_is_known(void) {
  char buffer[64];
  tansu_error *error = UNTOUCHED;
  set_up();
  tansu_broker_free(broker);
  CHECK_INT(tansu_broker_state(broker), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_start(broker, &error), TANSU_E_HANDLE);
  check_error(error, TANSU_E_HANDLE, "freed");
  CHECK_INT(tansu_broker_wait_ready(broker, 0, NULL, NULL), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_stop(broker, 0), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_wait(broker, 0, NULL), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_detach(broker, 0), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_port(broker), 0);
  CHECK_INT(tansu_broker_bootstrap(broker, buffer, sizeof buffer, NULL), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_last_error(broker, &error), TANSU_E_HANDLE);
  CHECK_INT(tansu_broker_command(broker, "info", NULL, NULL, NULL), TANSU_E_HANDLE);
  tear_down();
}

static void bad_times(void) {
  static const int64_t bad[] = {-2, -1000, INT64_MIN};
  size_t i;
  set_up();
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    tansu_error *error = NULL;
    CHECK_INT(tansu_broker_wait(broker, bad[i], &error), TANSU_E_INVALID_ARG);
    check_error(error, TANSU_E_INVALID_ARG, "timeout_ms");
    CHECK_INT(tansu_broker_wait_ready(broker, bad[i], NULL, NULL), TANSU_E_INVALID_ARG);
    CHECK_INT(tansu_broker_stop(broker, bad[i]), TANSU_E_INVALID_ARG);
    CHECK_INT(tansu_broker_detach(broker, bad[i]), TANSU_E_INVALID_ARG);
    CHECK_INT(tansu_log_flush(bad[i]), TANSU_E_INVALID_ARG);
  }
  /* A stop that was refused has not stopped it. */
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, INT64_MAX, NULL, NULL));
  CHECK_OK(tansu_broker_stop(broker, INT64_MAX));
  CHECK_OK(tansu_broker_wait(broker, INT64_MAX, NULL));
  tear_down();
}

static void bootstrap_into_a_small_buffer(void) {
  char buffer[64] = "before";
  size_t needed = 0;
  uint16_t port = 0;
  char want[64];
  tansu_broker *running = running_broker(NULL, &port);
  snprintf(want, sizeof want, "localhost:%u", (unsigned)port);
  CHECK_INT(tansu_broker_bootstrap(running, NULL, 0, &needed), TANSU_E_BUFFER);
  CHECK_INT(needed, strlen(want) + 1);
  CHECK_INT(tansu_broker_bootstrap(running, buffer, needed - 1, NULL), TANSU_E_BUFFER);
  CHECK_TEXT(buffer, "before");
  CHECK_OK(tansu_broker_bootstrap(running, buffer, needed, NULL));
  CHECK_TEXT(buffer, want);
  end_broker(running);
}

static const check_case cases[] = {
    CASE(null_in_each_position),
    CASE(null_has_an_answer_in_every_getter),
    CASE(an_error_names_the_argument),
    CASE(bad_utf8),
    CASE(struct_sizes),
    CASE(members_beyond_the_size_are_not_called),
    CASE(callbacks_are_aligned),
    CASE(handles_of_another_kind),
    CASE(a_freed_broker_is_known),
    CASE(bad_times),
    CASE(bootstrap_into_a_small_buffer),
};

MAIN(cases)
