/* Commands: what they answer, and what they say to arguments that they cannot use. */
#include "check.h"

static void every_command_has_a_name_and_a_text(void) {
  size_t i;
  CHECK(tansu_command_count() >= 4);
  for (i = 0; i < tansu_command_count(); i++) {
    CHECK(strlen(tansu_command_at(i)) > 0);
    CHECK(strlen(tansu_command_doc(tansu_command_at(i))) > 0);
  }
  CHECK(tansu_command_at(i) == NULL);
  CHECK(tansu_command_at(SIZE_MAX) == NULL);
  CHECK(tansu_command_doc("no.such.command") == NULL);
}

static void answers(void) {
  static const struct {
    const char *name, *args, *has;
  } rows[] = {
      {"info", NULL, "\"state\":2"},
      {"info", "{}", "\"settings\""},
      {"metrics", NULL, "\"metrics\""},
      {"topics.list", NULL, "\"topics\":[]"},
      {"topics.create", "{\"name\": \"orders\", \"partitions\": 3}", "\"id\":2"},
      {"topics.create", "{\"name\": \"one\", \"partitions\": null, \"configs\": {\"retention.ms\": \"1\"}}",
       "\"id\":0"},
      {"topics.list", " {\n} ", "\"orders\""},
      {"groups.list", NULL, "\"groups\":[]"},
      {"groups.describe", "{\"group\": \"none\"}", "\"group\":null"},
      {"offsets.list", "{\"group\": \"none\"}", "\"partitions\":[]"},
  };
  tansu_broker *broker = running_broker(NULL, NULL);
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tansu_string *answer = NULL;
    tansu_error *error = (tansu_error *)(uintptr_t)0x5a5a;
    CHECK_OK(tansu_broker_command(broker, rows[i].name, rows[i].args, &answer, &error));
    CHECK(error == NULL);
    CHECK_HAS(tansu_string_data(answer), rows[i].has);
    CHECK_INT(tansu_string_len(answer), strlen(tansu_string_data(answer)));
    tansu_string_free(answer);
  }
  CHECK_OK(tansu_broker_command(broker, "info", NULL, NULL, NULL));
  end_broker(broker);
}

static void refused_arguments(void) {
  static const struct {
    const char *name, *args;
    int32_t status;
    const char *says;
  } rows[] = {
      {"no.such.command", NULL, TANSU_E_UNKNOWN_COMMAND, "topics.create"},
      {"", NULL, TANSU_E_UNKNOWN_COMMAND, "no command"},
      {"INFO", NULL, TANSU_E_UNKNOWN_COMMAND, "INFO"},
      {"info", "", TANSU_E_INVALID_ARG, "not JSON"},
      {"info", "{", TANSU_E_INVALID_ARG, "not JSON"},
      {"info", "[]", TANSU_E_INVALID_ARG, "not a JSON object"},
      {"info", "null", TANSU_E_INVALID_ARG, "not a JSON object"},
      {"info", "{\"a\": 1}", TANSU_E_INVALID_ARG, "it takes none"},
      {"groups.describe", NULL, TANSU_E_INVALID_ARG, "group is missing"},
      {"groups.wait", "{\"group\": \"g\", \"timeout_ms\": -1}", TANSU_E_INVALID_ARG, "timeout_ms is -1"},
      {"groups.wait", "{\"group\": \"g\", \"timeout_ms\": 0}", TANSU_E_TIMEOUT, "there is no group 'g'"},
      {"lag.wait", "{\"group\": \"g\", \"timeout_ms\": 1}", TANSU_E_TIMEOUT, "has committed nothing"},
      {"topics.create", NULL, TANSU_E_INVALID_ARG, "name is missing"},
      {"topics.create", "{\"name\": null}", TANSU_E_INVALID_ARG, "name is missing"},
      {"topics.create", "{\"name\": 1}", TANSU_E_INVALID_ARG, "must be a string"},
      {"topics.create", "{\"name\": \"t\", \"partitions\": 0}", TANSU_E_INVALID_ARG, "from 1 to"},
      {"topics.create", "{\"name\": \"t\", \"partitions\": 1.5}", TANSU_E_INVALID_ARG, "whole number"},
      {"topics.create", "{\"name\": \"t\", \"partitions\": \"1\"}", TANSU_E_INVALID_ARG, "whole number"},
      {"topics.create", "{\"name\": \"t\", \"configs\": {\"a\": 1}}", TANSU_E_INVALID_ARG, "object of strings"},
      {"topics.create", "{\"name\": \"t\", \"color\": 1}", TANSU_E_INVALID_ARG, "unknown argument"},
  };
  tansu_broker *broker = running_broker(NULL, NULL);
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tansu_string *untouched = (tansu_string *)(uintptr_t)0x5a5a, *answer = untouched;
    tansu_error *error = NULL;
    CHECK_INT(tansu_broker_command(broker, rows[i].name, rows[i].args, &answer, &error), rows[i].status);
    CHECK(answer == untouched);
    check_error(error, rows[i].status, rows[i].says);
  }
  end_broker(broker);
}

static void kafkas_own_rules(void) {
  static const char *const rows[][2] = {
      {"{\"name\": \"\"}", "InvalidTopic"},
      {"{\"name\": \"..\"}", "InvalidTopic"},
      {"{\"name\": \"\xc3\xa9t\xc3\xa9\"}", "\xc3\xa9t\xc3\xa9"},
      {"{\"name\": \"there\"}", "AlreadyExists"},
  };
  tansu_broker *broker = running_broker(NULL, NULL);
  size_t i;
  CHECK_OK(tansu_broker_command(broker, "topics.create", "{\"name\": \"there\"}", NULL, NULL));
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tansu_string *answer = NULL;
    tansu_error *error = NULL;
    CHECK_INT(tansu_broker_command(broker, "topics.create", rows[i][0], &answer, &error), TANSU_E_KAFKA);
    CHECK(answer == NULL);
    CHECK(!tansu_error_is_fatal(error));
    CHECK_HAS(tansu_error_message(error), rows[i][1]);
    tansu_error_free(error);
  }
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
  end_broker(broker);
}

static void deeply_nested_arguments(void) {
  const size_t depth = 100000;
  char *json = malloc(2 * depth + 1);
  tansu_broker *broker = new_broker(NULL);
  CHECK(json != NULL);
  memset(json, '[', depth);
  memset(json + depth, ']', depth);
  json[2 * depth] = '\0';
  CHECK_INT(tansu_broker_command(broker, "info", json, NULL, NULL), TANSU_E_INVALID_ARG);
  free(json);
  tansu_broker_free(broker);
}

/* What waits for the broker needs one that runs; the others always answer. */
static void commands_before_and_after(void) {
  tansu_broker *broker = new_broker(NULL);
  tansu_string *answer = NULL;
  CHECK_OK(tansu_broker_command(broker, "info", NULL, &answer, NULL));
  CHECK_HAS(tansu_string_data(answer), "\"state\":0");
  tansu_string_free(answer);
  CHECK_INT(tansu_broker_command(broker, "topics.list", NULL, NULL, NULL), TANSU_E_STATE);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, NULL, NULL));
  CHECK_OK(tansu_broker_command(broker, "topics.list", NULL, NULL, NULL));
  CHECK_OK(tansu_broker_stop(broker, 0));
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  CHECK_INT(tansu_broker_command(broker, "topics.list", NULL, NULL, NULL), TANSU_E_STATE);
  CHECK_OK(tansu_broker_command(broker, "metrics", NULL, NULL, NULL));
  tansu_broker_free(broker);
}

static const check_case cases[] = {
    CASE(every_command_has_a_name_and_a_text),
    CASE(answers),
    CASE(refused_arguments),
    CASE(kafkas_own_rules),
    CASE(deeply_nested_arguments),
    CASE(commands_before_and_after),
};

MAIN(cases)
