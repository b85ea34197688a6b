/* The one life of a broker: what each call does in each state. */
#include "net.h"

static void port_zero_takes_a_free_one(void) {
  uint16_t port = 0;
  tansu_broker *broker = new_broker(NULL);
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_NEW);
  CHECK_INT(tansu_broker_port(broker), 0);
  CHECK_INT(tansu_broker_bootstrap(broker, NULL, 0, NULL), TANSU_E_STATE);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, &port, NULL));
  CHECK(port != 0);
  CHECK_INT(tansu_broker_port(broker), port);
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
  close(connect_to(port));
  CHECK_OK(tansu_broker_stop(broker, -1));
  CHECK_OK(tansu_broker_wait(broker, -1, NULL));
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_STOPPED);
  check_refused(port);
  tansu_broker_free(broker);
}

static void a_given_port_is_taken(void) {
  uint16_t port = 0, again = 0;
  tansu_broker *broker = running_broker(NULL, &port);
  end_broker(broker);
  broker = new_broker_at(NULL, port);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, &again, NULL));
  CHECK_INT(again, port);
  end_broker(broker);
}

static void a_used_port_is_a_bind_error(void) {
  uint16_t port = 0, none = 77;
  tansu_error *error = NULL, *last = NULL;
  tansu_broker *first = running_broker(NULL, &port);
  tansu_broker *second = new_broker_at(NULL, port);
  CHECK_OK(tansu_broker_start(second, NULL));
  CHECK_INT(tansu_broker_wait_ready(second, LIMIT_MS, &none, &error), TANSU_E_BIND);
  CHECK_INT(none, 77);
  CHECK_INT(tansu_error_kind(error), TANSU_KIND_BIND);
  CHECK_INT(tansu_error_os_code(error), EADDRINUSE);
  CHECK(tansu_error_is_fatal(error));
  CHECK_OK(tansu_broker_last_error(second, &last));
  CHECK_TEXT(tansu_error_message(last), tansu_error_message(error));
  check_error(last, TANSU_E_BIND, "");
  tansu_error_free(error);
  CHECK_INT(tansu_broker_wait(second, LIMIT_MS, &error), TANSU_E_BIND);
  tansu_error_free(error);
  CHECK_INT(tansu_broker_state(second), TANSU_STATE_FAILED);
  tansu_broker_free(second);
  /* The first one is none the worse for it. */
  close(connect_to(port));
  CHECK_OK(tansu_broker_last_error(first, &last));
  CHECK(last == NULL);
  end_broker(first);
}

static void start_twice(void) {
  tansu_error *error = NULL;
  tansu_broker *broker = running_broker(NULL, NULL);
  CHECK_INT(tansu_broker_start(broker, &error), TANSU_E_STATE);
  CHECK_INT(tansu_error_kind(error), TANSU_KIND_STATE);
  check_error(error, TANSU_E_STATE, "started");
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
  CHECK_OK(tansu_broker_stop(broker, 0));
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  CHECK_INT(tansu_broker_start(broker, NULL), TANSU_E_STATE);
  tansu_broker_free(broker);
}

static void *start_one(void *broker) { return (void *)(intptr_t)tansu_broker_start(broker, NULL); }

static void two_starts_at_once(void) {
  int round, i, succeeded;
  for (round = 0; round < 10; round++) {
    recorder events;
    pthread_t threads[2];
    tansu_broker *broker;
    recorder_init(&events);
    broker = new_broker(&events);
    for (i = 0; i < 2; i++) CHECK_INT(pthread_create(&threads[i], NULL, start_one, broker), 0);
    for (i = succeeded = 0; i < 2; i++) {
      void *status;
      CHECK_INT(pthread_join(threads[i], &status), 0);
      if ((intptr_t)status == TANSU_OK) {
        succeeded++;
      } else {
        CHECK_INT((intptr_t)status, TANSU_E_STATE);
      }
    }
    CHECK_INT(succeeded, 1);
    CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, NULL, NULL));
    end_broker(broker);
    CHECK_LOG(&events, "started stopped release ");
  }
}

/* As of a signal handler that comes a moment too early: the broker must not run for ever then. */
static void stop_before_start_is_remembered(void) {
  recorder events;
  tansu_broker *broker;
  recorder_init(&events);
  broker = new_broker(&events);
  CHECK_OK(tansu_broker_stop(broker, -1));
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_NEW);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_INT(tansu_broker_wait_ready(broker, LIMIT_MS, NULL, NULL), TANSU_E_STATE);
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  CHECK_LOG(&events, "stopped release ");
  tansu_broker_free(broker);
}

static void stop_as_often_as_one_likes(void) {
  tansu_broker *broker = running_broker(NULL, NULL);
  int i;
  for (i = 0; i < 5; i++) CHECK_OK(tansu_broker_stop(broker, i % 2 ? 0 : -1));
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  for (i = 0; i < 5; i++) CHECK_OK(tansu_broker_stop(broker, -1));
  CHECK_OK(tansu_broker_wait(broker, 0, NULL));
  tansu_broker_free(broker);
}

static void stop_before_it_is_ready(void) {
  int round;
  for (round = 0; round < 20; round++) {
    recorder events;
    tansu_broker *broker;
    recorder_init(&events);
    broker = new_broker(&events);
    CHECK_OK(tansu_broker_start(broker, NULL));
    CHECK_OK(tansu_broker_stop(broker, -1));
    CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
    CHECK(strcmp(events.log, "stopped release ") == 0 || strcmp(events.log, "started stopped release ") == 0);
    CHECK_INT(tansu_broker_state(broker), TANSU_STATE_STOPPED);
    tansu_broker_free(broker);
  }
}

static void *wait_ready_one(void *broker) {
  return (void *)(intptr_t)tansu_broker_wait_ready(broker, -1, NULL, NULL);
}

static void stop_while_a_thread_waits_for_it_to_be_ready(void) {
  int round;
  for (round = 0; round < 10; round++) {
    pthread_t thread;
    void *status;
    tansu_broker *broker = new_broker(NULL);
    CHECK_OK(tansu_broker_start(broker, NULL));
    CHECK_INT(pthread_create(&thread, NULL, wait_ready_one, broker), 0);
    CHECK_OK(tansu_broker_stop(broker, 0));
    CHECK_INT(pthread_join(thread, &status), 0);
    CHECK((intptr_t)status == TANSU_OK || (intptr_t)status == TANSU_E_STATE);
    CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
    tansu_broker_free(broker);
  }
}

static void wait_before_start(void) {
  tansu_error *error = NULL;
  tansu_broker *broker = new_broker(NULL);
  CHECK_INT(tansu_broker_wait(broker, -1, &error), TANSU_E_STATE);
  check_error(error, TANSU_E_STATE, "start");
  CHECK_INT(tansu_broker_wait_ready(broker, -1, NULL, &error), TANSU_E_STATE);
  check_error(error, TANSU_E_STATE, "start");
  tansu_broker_free(broker);
}

static void wait_is_bounded(void) {
  static const int64_t times[] = {0, 1, 30};
  size_t i;
  tansu_broker *broker = running_broker(NULL, NULL);
  for (i = 0; i < sizeof times / sizeof times[0]; i++) {
    tansu_error *error = NULL;
    long long begun = now_ms();
    CHECK_INT(tansu_broker_wait(broker, times[i], &error), TANSU_E_TIMEOUT);
    CHECK(now_ms() - begun >= times[i]);
    CHECK_INT(tansu_error_kind(error), TANSU_KIND_TIMEOUT);
    CHECK(tansu_error_is_retriable(error));
    CHECK(!tansu_error_is_fatal(error));
    tansu_error_free(error);
    CHECK_OK(tansu_broker_wait_ready(broker, times[i], NULL, NULL));
  }
  end_broker(broker);
}

static void *wait_one(void *broker) { return (void *)(intptr_t)tansu_broker_wait(broker, -1, NULL); }

static void many_threads_wait(void) {
  pthread_t threads[8];
  size_t i;
  tansu_broker *broker = running_broker(NULL, NULL);
  for (i = 0; i < 8; i++) CHECK_INT(pthread_create(&threads[i], NULL, wait_one, broker), 0);
  CHECK_OK(tansu_broker_stop(broker, -1));
  for (i = 0; i < 8; i++) {
    void *status;
    CHECK_INT(pthread_join(threads[i], &status), 0);
    CHECK_INT((intptr_t)status, TANSU_OK);
  }
  tansu_broker_free(broker);
}

static void free_in_every_state(void) {
  enum { CREATED, STARTING, RUNNING, STOPPING, STOPPED, FAILED, STATES };
  int state;
  uint16_t used = 0;
  tansu_broker *holder = running_broker(NULL, &used);
  for (state = CREATED; state < STATES; state++) {
    recorder events;
    uint16_t port = 0;
    tansu_broker *broker;
    recorder_init(&events);
    broker = new_broker_at(&events, state == FAILED ? used : 0);
    if (state >= STARTING) CHECK_OK(tansu_broker_start(broker, NULL));
    if (state == FAILED) {
      CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, NULL), TANSU_E_BIND);
    } else if (state >= RUNNING) {
      CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, &port, NULL));
    }
    if (state == STOPPING || state == STOPPED) CHECK_OK(tansu_broker_stop(broker, -1));
    if (state == STOPPED) CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
    tansu_broker_free(broker);
    recorder_wait(&events, "release ");
    CHECK_INT(events.overlapping, 0);
    if (state == CREATED) CHECK_LOG(&events, "release ");
    if (state == STOPPED) CHECK_LOG(&events, "started stopped release ");
    if (state == FAILED) CHECK_LOG(&events, "fatal(-6) stopped release ");
  }
  end_broker(holder);
}

static void free_of_a_running_broker_closes_its_port(void) {
  uint16_t port = 0;
  tansu_broker *broker = running_broker(NULL, &port);
  int client = connect_to(port);
  check_api_versions(client);
  tansu_broker_free(broker);
  check_over(client);
  close(client);
}

static void two_brokers_at_once(void) {
  uint16_t ports[2];
  int clients[2];
  tansu_broker *one = running_broker(NULL, &ports[0]);
  tansu_broker *other = running_broker(NULL, &ports[1]);
  CHECK(ports[0] != ports[1]);
  clients[0] = connect_to(ports[0]);
  clients[1] = connect_to(ports[1]);
  check_api_versions(clients[0]);
  check_api_versions(clients[1]);
  end_broker(one);
  check_over(clients[0]);
  check_api_versions(clients[1]);
  end_broker(other);
  check_over(clients[1]);
  close(clients[0]);
  close(clients[1]);
}

/* The grace is for requests in work; one that only listens has none. */
static void an_idle_client_does_not_hold_a_stop_up(void) {
  uint16_t port = 0;
  tansu_broker *broker = running_broker(NULL, &port);
  int client = connect_to(port);
  long long begun;
  check_api_versions(client);
  begun = now_ms();
  CHECK_OK(tansu_broker_stop(broker, LIMIT_MS));
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  CHECK(now_ms() - begun < LIMIT_MS / 2);
  check_over(client);
  close(client);
  tansu_broker_free(broker);
}

static const check_case cases[] = {
    CASE(port_zero_takes_a_free_one),
    CASE(a_given_port_is_taken),
    CASE(a_used_port_is_a_bind_error),
    CASE(start_twice),
    CASE(two_starts_at_once),
    CASE(stop_before_start_is_remembered),
    CASE(stop_as_often_as_one_likes),
    CASE(stop_before_it_is_ready),
    CASE(stop_while_a_thread_waits_for_it_to_be_ready),
    CASE(wait_before_start),
    CASE(wait_is_bounded),
    CASE(many_threads_wait),
    CASE(free_in_every_state),
    CASE(free_of_a_running_broker_closes_its_port),
    CASE(two_brokers_at_once),
    CASE(an_idle_client_does_not_hold_a_stop_up),
};

MAIN(cases)
