/* The log: its callback, replacing it, dropped records. Needs the library with test hooks: a panic is a record. */
#include "net.h"

typedef struct {
  recorder events;
  int records;
  int levels;
  gate entered, leave;
  bool slow;
} listener;

static void listener_init(listener *me) {
  static const gate closed = GATE_INIT;
  memset(me, 0, sizeof *me);
  recorder_init(&me->events);
  me->entered = closed;
  me->leave = closed;
}

/* The library orders what is before log_set and what the callback does; a checker sees it from this lock. */
static pthread_mutex_t handed_over = PTHREAD_MUTEX_INITIALIZER;

static void hand_over(void) {
  pthread_mutex_lock(&handed_over);
  pthread_mutex_unlock(&handed_over);
}

static void listener_record(void *user_data, int32_t level, const char *target, const char *message) {
  listener *me = user_data;
  hand_over();
  CHECK(level >= TANSU_LOG_ERROR && level <= TANSU_LOG_TRACE);
  CHECK(strlen(target) > 0 && strstr(target, "::") == NULL);
  CHECK(message != NULL);
  if (me->slow) {
    gate_open(&me->entered);
    gate_wait(&me->leave);
  }
  pthread_mutex_lock(&me->events.lock);
  me->records++;
  if (level > me->levels) me->levels = level;
  pthread_mutex_unlock(&me->events.lock);
}

static void listener_release(void *user_data) {
  listener *me = user_data;
  recorder_release(&me->events);
}

static int records(listener *me) {
  int count;
  pthread_mutex_lock(&me->events.lock);
  count = me->records;
  pthread_mutex_unlock(&me->events.lock);
  return count;
}

static void listen_at(listener *me, int32_t level) {
  hand_over();
  CHECK_OK(tansu_log_set(level, listener_record, me, listener_release, NULL));
}

static void off(void) { CHECK_OK(tansu_log_set(TANSU_LOG_OFF, NULL, NULL, NULL, NULL)); }

/* One record at ERROR, and what a broker has to say at the lower levels. */
static void some_work(void) {
  uint16_t port = 0;
  tansu_broker *broker = running_broker(NULL, &port);
  int client = connect_to(port);
  check_api_versions(client);
  close(client);
  end_broker(broker);
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
}

static void nothing_is_needed_before_the_first_set(void) {
  CHECK_INT(tansu_log_dropped(), 0);
  CHECK_OK(tansu_log_flush(0));
  off();
}

static void records_arrive_up_to_the_level(void) {
  static const int32_t levels[] = {TANSU_LOG_OFF, TANSU_LOG_ERROR, TANSU_LOG_TRACE};
  int counts[3];
  size_t i;
  for (i = 0; i < 3; i++) {
    listener me;
    listener_init(&me);
    listen_at(&me, levels[i]);
    some_work();
    CHECK_OK(tansu_log_flush(LIMIT_MS));
    counts[i] = records(&me);
    CHECK(me.levels <= levels[i]);
    off();
    CHECK_OK(tansu_log_flush(LIMIT_MS));
    CHECK_LOG(&me.events, "release ");
    some_work();
    CHECK_OK(tansu_log_flush(LIMIT_MS));
    CHECK_INT(records(&me), counts[i]);
  }
  CHECK_INT(counts[0], 0);
  CHECK_INT(counts[1], 1);
  CHECK(counts[2] > 1);
}

static void a_second_callback_replaces_the_first(void) {
  listener first, second;
  int before;
  listener_init(&first);
  listener_init(&second);
  listen_at(&first, TANSU_LOG_DEBUG);
  some_work();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  before = records(&first);
  CHECK(before > 0);
  listen_at(&second, TANSU_LOG_DEBUG);
  some_work();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&first.events, "release ");
  CHECK_INT(records(&first), before);
  CHECK(records(&second) > 0);
  CHECK_LOG(&second.events, "");
  off();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&second.events, "release ");
}

static void a_bad_level_changes_nothing(void) {
  static const int32_t bad[] = {-1, TANSU_LOG_TRACE + 1, INT32_MAX, INT32_MIN};
  listener me, other;
  size_t i;
  listener_init(&me);
  listener_init(&other);
  listen_at(&me, TANSU_LOG_INFO);
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    tansu_error *error = NULL;
    CHECK_INT(tansu_log_set(bad[i], listener_record, &other, listener_release, &error), TANSU_E_INVALID_ARG);
    check_error(error, TANSU_E_INVALID_ARG, "max_level");
  }
  some_work();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK(records(&me) > 0);
  CHECK_INT(records(&other), 0);
  CHECK_LOG(&other.events, "");
  off();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
}

/* A host that does not keep up loses records, which are counted; the broker does not wait for it. */
static void a_slow_host_loses_records_and_the_broker_goes_on(void) {
  listener me;
  uint16_t port = 0;
  int client, i;
  const uint64_t before = tansu_log_dropped();
  tansu_broker *broker;
  listener_init(&me);
  me.slow = true;
  listen_at(&me, TANSU_LOG_ERROR);
  broker = running_broker(NULL, &port);
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  gate_wait(&me.entered);
  CHECK_INT(tansu_log_flush(0), TANSU_E_TIMEOUT);
  CHECK_INT(tansu_log_flush(20), TANSU_E_TIMEOUT);
  for (i = 1; tansu_log_dropped() < before + 3; i++) {
    CHECK(i < 1000000);
    CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  }
  client = connect_to(port);
  check_api_versions(client);
  close(client);
  gate_open(&me.leave);
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  /* Every record either came or was counted. */
  CHECK_INT(records(&me) + 3, i);
  end_broker(broker);
  off();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&me.events, "release ");
}

/* --- calls inside the log callback ------------------------------------------------------------------------------- */

static void inside_record(void *user_data, int32_t level, const char *target, const char *message) {
  recorder *me = user_data;
  tansu_broker *other = NULL;
  tansu_config *config;
  (void)level, (void)target, (void)message;
  hand_over();
  pthread_mutex_lock(&me->lock);
  if (me->events > 0) {
    pthread_mutex_unlock(&me->lock);
    return;
  }
  pthread_mutex_unlock(&me->lock);
  CHECK_INT(tansu_log_set(TANSU_LOG_OFF, NULL, NULL, NULL, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_log_flush(-1), TANSU_E_REENTRANT);
  config = memory_config();
  CHECK_OK(tansu_broker_new(config, NULL, &other, NULL));
  tansu_config_free(config);
  CHECK_INT(tansu_broker_start(other, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_wait(other, -1, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_wait_ready(other, -1, NULL, NULL), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_detach(other, -1), TANSU_E_REENTRANT);
  CHECK_INT(tansu_broker_command(other, "topics.list", NULL, NULL, NULL), TANSU_E_REENTRANT);
  CHECK_OK(tansu_broker_stop(other, 0));
  CHECK_INT(tansu_broker_state(other), TANSU_STATE_NEW);
  me->broker = other;
  recorder_event(me, "record", "record");
}

static void inside_the_log_callback_one_may_only_ask_and_stop(void) {
  recorder events;
  recorder_init(&events);
  hand_over();
  CHECK_OK(tansu_log_set(TANSU_LOG_DEBUG, inside_record, &events, recorder_release, NULL));
  some_work();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&events, "record ");
  off();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&events, "record release ");
  tansu_broker_free(events.broker);
}

static void set_inside(recorder *me, const char *event) {
  if (strcmp(event, "started") != 0) return;
  listen_at(me->extra, TANSU_LOG_DEBUG);
}

static void log_set_inside_a_broker_callback(void) {
  listener me;
  recorder events;
  listener_init(&me);
  recorder_init(&events);
  events.inside = set_inside;
  events.extra = &me;
  running_broker(&events, NULL);
  recorder_wait(&events, "started ");
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  end_broker(events.broker);
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK(records(&me) > 0);
  off();
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&me.events, "release ");
}

static const check_case cases[] = {
    CASE(nothing_is_needed_before_the_first_set),
    CASE(records_arrive_up_to_the_level),
    CASE(a_second_callback_replaces_the_first),
    CASE(a_bad_level_changes_nothing),
    CASE(a_slow_host_loses_records_and_the_broker_goes_on),
    CASE(inside_the_log_callback_one_may_only_ask_and_stop),
    CASE(log_set_inside_a_broker_callback),
};

MAIN(cases)
