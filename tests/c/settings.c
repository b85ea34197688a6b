/* Settings by name: accepted values, refused values, reading back. */
#include "check.h"

static const char *get(const tansu_config *config, const char *key) {
  static char value[256];
  CHECK_OK(tansu_config_get(config, key, value, sizeof value, NULL));
  return value;
}

static void every_key_has_a_line_and_a_value(void) {
  tansu_config *config = NULL;
  size_t i;
  CHECK_OK(tansu_config_new(&config));
  CHECK(tansu_config_key_count() > 10);
  for (i = 0; i < tansu_config_key_count(); i++) {
    const char *key = tansu_config_key_at(i);
    size_t needed = 0;
    CHECK(key != NULL && strlen(key) > 0);
    CHECK_HAS(tansu_config_key_doc(key), "default");
    CHECK_INT(tansu_config_get(config, key, NULL, 0, &needed), TANSU_E_BUFFER);
    CHECK(needed > 0);
    CHECK_OK(tansu_config_set(config, key, get(config, key), NULL));
  }
  CHECK(tansu_config_key_at(i) == NULL);
  CHECK(tansu_config_key_at(SIZE_MAX) == NULL);
  CHECK(tansu_config_key_doc("no.such.key") == NULL);
  tansu_config_free(config);
}

static void refused_values_leave_the_config_as_it_was(void) {
  static const struct {
    const char *key, *value;
    int32_t status;
  } rows[] = {
      {"listener.port", "65536", TANSU_E_CONFIG},
      {"listener.port", "-1", TANSU_E_CONFIG},
      {"listener.port", "", TANSU_E_CONFIG},
      {"listener.port", "9092x", TANSU_E_CONFIG},
      {"listener.port", "99999999999999999999", TANSU_E_CONFIG},
      {"num.network.threads", "0", TANSU_E_CONFIG},
      {"advertised.host", "", TANSU_E_CONFIG},
      {"advertised.host", "my host", TANSU_E_CONFIG},
      {"advertised.host", "host\n", TANSU_E_CONFIG},
      {"auto.create.topics.enable", "maybe", TANSU_E_CONFIG},
      {"shutdown.grace.ms", "-1", TANSU_E_CONFIG},
      {"no.such.key", "1", TANSU_E_UNKNOWN_KEY},
      {"", "1", TANSU_E_UNKNOWN_KEY},
      {"LISTENER.PORT", "1", TANSU_E_UNKNOWN_KEY},
  };
  tansu_config *config = memory_config();
  size_t i;
  CHECK_OK(tansu_config_set(config, "listener.port", "9092", NULL));
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tansu_error *error = NULL;
    CHECK_INT(tansu_config_set(config, rows[i].key, rows[i].value, &error), rows[i].status);
    CHECK_INT(tansu_error_kind(error), TANSU_KIND_CONFIG);
    check_error(error, rows[i].status, rows[i].key);
  }
  CHECK_TEXT(get(config, "listener.port"), "9092");
  CHECK_INT(tansu_config_get(config, "no.such.key", NULL, 0, NULL), TANSU_E_UNKNOWN_KEY);
  tansu_config_free(config);
}

/* An unusable storage is an error before any thread exists. */
static void a_storage_of_no_known_scheme_is_refused_by_new(void) {
  tansu_config *config = NULL;
  tansu_broker *broker = NULL;
  tansu_error *error = NULL;
  int32_t status;
  CHECK_OK(tansu_config_new(&config));
  status = tansu_config_set(config, "storage.url", "mongodb://host/", &error);
  if (status == TANSU_OK) status = tansu_broker_new(config, NULL, &broker, &error);
  CHECK_INT(status, TANSU_E_CONFIG);
  CHECK(broker == NULL);
  check_error(error, TANSU_E_CONFIG, "mongodb");
  tansu_config_free(config);
}

static void a_huge_value(void) {
  const size_t size = (size_t)16 << 20;
  char *text = malloc(size + 1);
  tansu_config *config = memory_config();
  tansu_error *error = NULL;
  CHECK(text != NULL);
  memset(text, 'a', size);
  text[size] = '\0';
  /* A text of this length is treated as one without a terminator. */
  CHECK_INT(tansu_config_set(config, "cluster.id", text, &error), TANSU_E_INVALID_ARG);
  CHECK(strlen(tansu_error_message(error)) < 200);
  tansu_error_free(error);
  CHECK_INT(tansu_config_set(config, text, "x", NULL), TANSU_E_INVALID_ARG);
  CHECK_TEXT(get(config, "cluster.id"), "tansu");
  free(text);
  tansu_config_free(config);
}

static void a_nul_ends_a_value(void) {
  tansu_config *config = memory_config();
  CHECK_OK(tansu_config_set(config, "cluster.id", "abc\0def", NULL));
  CHECK_TEXT(get(config, "cluster.id"), "abc");
  tansu_config_free(config);
}

static void small_buffers(void) {
  tansu_config *config = memory_config();
  char buffer[16] = "before";
  size_t needed = 0;
  CHECK_OK(tansu_config_set(config, "cluster.id", "four", NULL));
  CHECK_INT(tansu_config_get(config, "cluster.id", NULL, 0, &needed), TANSU_E_BUFFER);
  CHECK_INT(needed, 5);
  CHECK_INT(tansu_config_get(config, "cluster.id", buffer, 4, &needed), TANSU_E_BUFFER);
  CHECK_TEXT(buffer, "before");
  needed = 0;
  CHECK_OK(tansu_config_get(config, "cluster.id", buffer, 5, &needed));
  CHECK_INT(needed, 5);
  CHECK_TEXT(buffer, "four");
  tansu_config_free(config);
}

/* Invalid settings are errors of set or new; then no callback is called, not even `release`. */
static void nothing_is_called_when_new_fails(void) {
  recorder events;
  tansu_callbacks callbacks;
  recorder_init(&events);
  callbacks = recorder_callbacks(&events);
  CHECK_INT(tansu_broker_new(NULL, &callbacks, &events.broker, NULL), TANSU_E_NULL);
  CHECK_LOG(&events, "");
}

/* A broker keeps a copy: the config may be changed, used again and freed. */
static void a_config_serves_many_brokers(void) {
  tansu_config *config = memory_config();
  tansu_broker *brokers[3];
  size_t i;
  for (i = 0; i < 3; i++) CHECK_OK(tansu_broker_new(config, NULL, &brokers[i], NULL));
  CHECK_OK(tansu_config_set(config, "storage.url", "memory://", NULL));
  tansu_config_free(config);
  for (i = 0; i < 3; i++) {
    CHECK_OK(tansu_broker_start(brokers[i], NULL));
    CHECK_OK(tansu_broker_wait_ready(brokers[i], LIMIT_MS, NULL, NULL));
  }
  for (i = 0; i < 3; i++) end_broker(brokers[i]);
}

static const check_case cases[] = {
    CASE(every_key_has_a_line_and_a_value),
    CASE(refused_values_leave_the_config_as_it_was),
    CASE(a_storage_of_no_known_scheme_is_refused_by_new),
    CASE(a_huge_value),
    CASE(a_nul_ends_a_value),
    CASE(small_buffers),
    CASE(nothing_is_called_when_new_fails),
    CASE(a_config_serves_many_brokers),
};

MAIN(cases)
