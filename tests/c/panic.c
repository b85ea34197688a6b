/* A bug in the library is an answer, and nothing is printed. Needs the library with test hooks. */
#include <fcntl.h>

#include "net.h"

/* Runs `body` with the standard error in a file; gives what was printed. */
static const char *printed(void (*body)(void)) {
  static char text[4096];
  FILE *file = tmpfile();
  int kept = dup(STDERR_FILENO);
  size_t size;
  CHECK(file != NULL && kept >= 0);
  fflush(stderr);
  CHECK(dup2(fileno(file), STDERR_FILENO) >= 0);
  body();
  fflush(stderr);
  CHECK(dup2(kept, STDERR_FILENO) >= 0);
  close(kept);
  rewind(file);
  size = fread(text, 1, sizeof text - 1, file);
  text[size] = '\0';
  fclose(file);
  return text;
}

static int32_t panic_status;

static void panic_here(void) { panic_status = tansu_test_panic(); }

static void *panic_thread(void *unused) {
  (void)unused;
  panic_here();
  return NULL;
}

static void panic_elsewhere(void) {
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, panic_thread, NULL), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
}

static void a_panic_is_a_status_and_prints_nothing(void) {
  CHECK_TEXT(printed(panic_here), "");
  CHECK_INT(panic_status, TANSU_E_PANIC);
  panic_status = 0;
  CHECK_TEXT(printed(panic_elsewhere), "");
  CHECK_INT(panic_status, TANSU_E_PANIC);
}

static void a_broker_goes_on_after_a_panic_in_a_call_on_nothing(void) {
  uint16_t port = 0;
  int client;
  tansu_broker *broker = running_broker(NULL, &port);
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  client = connect_to(port);
  check_api_versions(client);
  close(client);
  end_broker(broker);
}

static void log_panic(void *user_data, int32_t level, const char *target, const char *message) {
  recorder *me = user_data;
  if (level == TANSU_LOG_ERROR && strstr(message, "tansu_test_panic") != NULL) {
    CHECK_TEXT(target, "tansu.panic");
    recorder_event(me, "panic", "panic");
  }
}

static void the_log_tells_of_it(void) {
  recorder events;
  recorder_init(&events);
  CHECK_OK(tansu_log_set(TANSU_LOG_ERROR, log_panic, &events, recorder_release, NULL));
  CHECK_INT(tansu_test_panic(), TANSU_E_PANIC);
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&events, "panic ");
  CHECK_OK(tansu_log_set(TANSU_LOG_OFF, NULL, NULL, NULL, NULL));
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&events, "panic release ");
}

/* A whole life with an error and a fatal error in it. */
static void quiet_life(void) {
  tansu_broker *broker = running_broker(NULL, NULL);
  CHECK_OK(tansu_test_raise(broker, TANSU_E_IO, false, "error"));
  CHECK_OK(tansu_test_raise(broker, TANSU_E_PANIC, true, "fatal"));
  CHECK_INT(tansu_broker_wait(broker, LIMIT_MS, NULL), TANSU_E_PANIC);
  tansu_broker_free(broker);
}

static void a_broker_prints_nothing(void) { CHECK_TEXT(printed(quiet_life), ""); }

static const check_case cases[] = {
    CASE(a_panic_is_a_status_and_prints_nothing),
    CASE(a_broker_goes_on_after_a_panic_in_a_call_on_nothing),
    CASE(the_log_tells_of_it),
    CASE(a_broker_prints_nothing),
};

MAIN(cases)
