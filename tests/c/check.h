/* The little that the C tests need: cases by name, checks that say where, events of a broker, waiting with a limit. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tansu.h"

/* Longer than anything takes under valgrind, so that what never comes is a failure and not a hang. */
#define LIMIT_MS 60000

#define CHECK(condition) \
  do { \
    if (!(condition)) fail(__FILE__, __LINE__, "%s", #condition); \
  } while (0)
#define CHECK_INT(have, want) check_int(__FILE__, __LINE__, #have, (long long)(have), (long long)(want))
#define CHECK_TEXT(have, want) check_text(__FILE__, __LINE__, #have, (have), (want))
#define CHECK_HAS(have, want) check_has(__FILE__, __LINE__, #have, (have), (want))
#define CHECK_OK(call) check_ok(__FILE__, __LINE__, #call, (call))

static inline void fail(const char *file, int line, const char *format, ...) {
  va_list list;
  va_start(list, format);
  fprintf(stderr, "%s:%d: ", file, line);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  va_end(list);
  fflush(NULL);
  _exit(1);
}

static inline void check_int(const char *file, int line, const char *what, long long have, long long want) {
  if (have != want) fail(file, line, "%s is %lld, not %lld", what, have, want);
}

static inline void check_text(const char *file, int line, const char *what, const char *have, const char *want) {
  if (have == NULL || strcmp(have, want) != 0) fail(file, line, "%s is \"%s\", not \"%s\"", what, have, want);
}

static inline void check_has(const char *file, int line, const char *what, const char *have, const char *want) {
  if (have == NULL || strstr(have, want) == NULL) fail(file, line, "%s is \"%s\", without \"%s\"", what, have, want);
}

static inline void check_ok(const char *file, int line, const char *what, int32_t status) {
  if (status != TANSU_OK) fail(file, line, "%s: %s", what, tansu_status_name(status));
}

/* The error of a call that failed: has this status and says this; then it is freed. */
static inline void check_error(tansu_error *error, int32_t status, const char *says) {
  CHECK(error != NULL);
  CHECK_INT(tansu_error_status(error), status);
  CHECK_HAS(tansu_error_message(error), says);
  tansu_error_free(error);
}

/* --- cases ------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  void (*run)(void);
} check_case;

#define CASE(name) {#name, name}

/* All cases, or those that the command line names. */
static inline int run_cases(const check_case *cases, size_t count, int argc, char **argv) {
  size_t i;
  int wanted;
  for (wanted = 1; wanted < argc; wanted++) {
    for (i = 0; i < count && strcmp(cases[i].name, argv[wanted]) != 0; i++) {
    }
    if (i == count) {
      fprintf(stderr, "no case is called %s\n", argv[wanted]);
      return 2;
    }
  }
  for (i = 0; i < count; i++) {
    bool run = argc < 2;
    for (wanted = 1; wanted < argc; wanted++) run = run || strcmp(cases[i].name, argv[wanted]) == 0;
    if (run) {
      cases[i].run();
      printf("%s: passed\n", cases[i].name);
    }
  }
  return 0;
}

#define MAIN(cases) \
  int main(int argc, char **argv) { return run_cases(cases, sizeof(cases) / sizeof((cases)[0]), argc, argv); }

/* --- waiting ----------------------------------------------------------------------------------------------------- */

static inline struct timespec in_ms(long ms) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_sec += ms / 1000;
  at.tv_nsec += ms % 1000 * 1000000L;
  if (at.tv_nsec >= 1000000000L) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000L;
  }
  return at;
}

static inline long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A door that one thread opens and others wait at. */
typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool open;
} gate;

#define GATE_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false}

static inline void gate_open(gate *door) {
  pthread_mutex_lock(&door->lock);
  door->open = true;
  pthread_cond_broadcast(&door->changed);
  pthread_mutex_unlock(&door->lock);
}

static inline void gate_wait(gate *door) {
  struct timespec limit = in_ms(LIMIT_MS);
  pthread_mutex_lock(&door->lock);
  while (!door->open) CHECK_INT(pthread_cond_timedwait(&door->changed, &door->lock, &limit), 0);
  pthread_mutex_unlock(&door->lock);
}

/* --- the events of a broker -------------------------------------------------------------------------------------- */

/*
 * Writes down what comes: "started fatal(-6) stopped release ". `inside` is run in each callback but `release`, before
 * the event is written down.
 */
typedef struct recorder {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  char log[1024];
  int events;
  int overlapping;
  bool running;
  bool released;
  uint16_t port;
  char message[256];
  tansu_broker *broker;
  void (*inside)(struct recorder *me, const char *event);
  void *extra;
} recorder;

static inline void recorder_init(recorder *me) {
  memset(me, 0, sizeof *me);
  pthread_mutex_init(&me->lock, NULL);
  pthread_cond_init(&me->changed, NULL);
}

static inline void recorder_event(recorder *me, const char *event, const char *written) {
  pthread_mutex_lock(&me->lock);
  if (me->running || me->released) me->overlapping++;
  me->running = true;
  pthread_mutex_unlock(&me->lock);
  if (me->inside != NULL && strcmp(event, "release") != 0) me->inside(me, event);
  pthread_mutex_lock(&me->lock);
  me->running = false;
  if (strcmp(event, "release") == 0) me->released = true;
  CHECK(strlen(me->log) + strlen(written) + 2 < sizeof me->log);
  strcat(me->log, written);
  strcat(me->log, " ");
  me->events++;
  pthread_cond_broadcast(&me->changed);
  pthread_mutex_unlock(&me->lock);
}

static inline void recorder_started(void *user_data, uint16_t port) {
  recorder *me = (recorder *)user_data;
  pthread_mutex_lock(&me->lock);
  me->port = port;
  pthread_mutex_unlock(&me->lock);
  recorder_event(me, "started", "started");
}

static inline void recorder_stopped(void *user_data) { recorder_event((recorder *)user_data, "stopped", "stopped"); }

static inline void recorder_failure(recorder *me, const char *event, const tansu_error *error) {
  char written[64];
  snprintf(written, sizeof written, "%s(%d)", event, (int)tansu_error_status(error));
  pthread_mutex_lock(&me->lock);
  snprintf(me->message, sizeof me->message, "%s", tansu_error_message(error));
  pthread_mutex_unlock(&me->lock);
  CHECK_INT(tansu_error_is_fatal(error), strcmp(event, "fatal") == 0);
  recorder_event(me, event, written);
}

static inline void recorder_error(void *user_data, const tansu_error *error) {
  recorder_failure((recorder *)user_data, "error", error);
}

static inline void recorder_fatal(void *user_data, const tansu_error *error) {
  recorder_failure((recorder *)user_data, "fatal", error);
}

static inline void recorder_release(void *user_data) { recorder_event((recorder *)user_data, "release", "release"); }

static inline tansu_callbacks recorder_callbacks(recorder *me) {
  tansu_callbacks callbacks = TANSU_CALLBACKS_INIT;
  callbacks.user_data = me;
  callbacks.on_started = recorder_started;
  callbacks.on_stopped = recorder_stopped;
  callbacks.on_error = recorder_error;
  callbacks.on_fatal = recorder_fatal;
  callbacks.release = recorder_release;
  return callbacks;
}

/* Waits until the log has `part`. */
static inline void recorder_wait(recorder *me, const char *part) {
  struct timespec limit = in_ms(LIMIT_MS);
  pthread_mutex_lock(&me->lock);
  while (strstr(me->log, part) == NULL) {
    if (pthread_cond_timedwait(&me->changed, &me->lock, &limit) != 0) {
      fail(__FILE__, __LINE__, "\"%s\" never came; the log is \"%s\"", part, me->log);
    }
  }
  pthread_mutex_unlock(&me->lock);
}

/* The log is exactly this, and no two events were at the same time or after `release`. */
#define CHECK_LOG(me, want) recorder_check(__FILE__, __LINE__, (me), (want))
static inline void recorder_check(const char *file, int line, recorder *me, const char *want) {
  pthread_mutex_lock(&me->lock);
  check_text(file, line, "the log", me->log, want);
  check_int(file, line, "events at the same time", me->overlapping, 0);
  pthread_mutex_unlock(&me->lock);
}

/* --- brokers ----------------------------------------------------------------------------------------------------- */

static inline tansu_config *memory_config(void) {
  tansu_config *config = NULL;
  CHECK_OK(tansu_config_new(&config));
  CHECK_OK(tansu_config_set(config, "storage.url", "memory://", NULL));
  return config;
}

/* A broker in memory on that port; `me` may be NULL. */
static inline tansu_broker *new_broker_at(recorder *me, uint16_t port) {
  tansu_config *config = memory_config();
  tansu_broker *broker = NULL;
  tansu_callbacks callbacks;
  char text[8];
  snprintf(text, sizeof text, "%u", (unsigned)port);
  CHECK_OK(tansu_config_set(config, "listener.port", text, NULL));
  if (me != NULL) callbacks = recorder_callbacks(me);
  CHECK_OK(tansu_broker_new(config, me == NULL ? NULL : &callbacks, &broker, NULL));
  if (me != NULL) me->broker = broker;
  tansu_config_free(config);
  return broker;
}

static inline tansu_broker *new_broker(recorder *me) { return new_broker_at(me, 0); }

static inline tansu_broker *running_broker(recorder *me, uint16_t *port) {
  tansu_broker *broker = new_broker(me);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, port, NULL));
  return broker;
}

/* Stop, wait, free. */
static inline void end_broker(tansu_broker *broker) {
  CHECK_OK(tansu_broker_stop(broker, -1));
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  tansu_broker_free(broker);
}

#endif
