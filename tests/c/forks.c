/* A broker does not survive fork; the child can call what it likes, ends as it likes, and holds nothing up. */
#include <dirent.h>
#include <sched.h>
#include <sys/wait.h>

#include "net.h"

#ifdef __SANITIZE_ADDRESS__
static bool is_other_awake(void) {
  DIR *tasks = opendir("/proc/self/task");
  struct dirent *entry;
  bool awake = false;
  CHECK(tasks != NULL);
  while ((entry = readdir(tasks)) != NULL) {
    char path[300], line[512];
    FILE *stat;
    if (entry->d_name[0] == '.' || atol(entry->d_name) == (long)getpid()) continue;
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", entry->d_name);
    stat = fopen(path, "r");
    if (stat == NULL) continue;
    /* Behind the name, which may hold anything. */
    if (fgets(line, sizeof line, stat) != NULL && strrchr(line, ')') != NULL)
      awake = awake || strrchr(line, ')')[2] != 'S';
    fclose(stat);
  }
  closedir(tasks);
  return awake;
}

/* GCC's address sanitizer does not take the locks of its allocator over a fork, as the C library does with its own: one
 * that another thread has at that moment is never given back in the child. Here the others have to sleep. */
static void wait_for_others(void) {
  long long limit = now_ms() + LIMIT_MS;
  int looks;
  for (looks = 0; looks < 50; looks++) {
    CHECK(now_ms() < limit);
    if (is_other_awake()) looks = 0;
    sched_yield();
  }
}
#else
static void wait_for_others(void) {}
#endif

static pid_t fork_now(void) {
  wait_for_others();
  fflush(NULL);
  return fork();
}

static void wait_for_child(pid_t child) {
  int status = 0;
  CHECK_INT(waitpid(child, &status, 0), child);
  CHECK(WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
}

static void every_call_is_refused(tansu_broker *broker, tansu_config *config, uint16_t port) {
  tansu_error *error = NULL;
  tansu_broker *other = NULL;
  char buffer[64];
  CHECK_INT(tansu_broker_start(broker, &error), TANSU_E_FORKED);
  CHECK_INT(tansu_error_kind(error), TANSU_KIND_STATE);
  check_error(error, TANSU_E_FORKED, "parent");
  CHECK_INT(tansu_broker_wait_ready(broker, -1, NULL, NULL), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_stop(broker, 0), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_wait(broker, -1, NULL), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_detach(broker, -1), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_bootstrap(broker, buffer, sizeof buffer, NULL), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_last_error(broker, &error), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_command(broker, "info", NULL, NULL, NULL), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_port(broker), 0);
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
  CHECK_INT(tansu_config_set(config, "cluster.id", "x", NULL), TANSU_E_FORKED);
  CHECK_INT(tansu_config_get(config, "cluster.id", buffer, sizeof buffer, NULL), TANSU_E_FORKED);
  CHECK_INT(tansu_broker_new(config, NULL, &other, NULL), TANSU_E_FORKED);
  tansu_config_free(config);
  tansu_broker_free(broker);
  /* Freed nothing: the parent's handle is known as what it is. */
  CHECK_INT(tansu_broker_stop(broker, 0), TANSU_E_FORKED);
  (void)port;
}

/* The parent has seen it by waiting, by a port or by a command, and has never asked for the state. */
static void the_child_knows_the_state_that_another_call_has_seen(void) {
  int call;
  for (call = 0; call < 3; call++) {
    uint16_t port = 0;
    pid_t child;
    tansu_config *config = memory_config();
    tansu_broker *broker = NULL;
    CHECK_OK(tansu_broker_new(config, NULL, &broker, NULL));
    CHECK_OK(tansu_broker_start(broker, NULL));
    if (call == 0) CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, &port, NULL));
    while (call == 1 && tansu_broker_port(broker) == 0) sched_yield();
    while (call == 2) {
      char buffer[64];
      if (tansu_broker_bootstrap(broker, buffer, sizeof buffer, NULL) == TANSU_OK) break;
      sched_yield();
    }
    child = fork_now();
    CHECK(child >= 0);
    if (child == 0) {
      CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
      _exit(0);
    }
    wait_for_child(child);
    end_broker(broker);
    tansu_config_free(config);
  }
}

static void the_child_is_refused_and_the_parent_goes_on(void) {
  recorder events;
  uint16_t port = 0;
  int client;
  pid_t child;
  tansu_config *config = memory_config();
  tansu_broker *broker;
  recorder_init(&events);
  broker = running_broker(&events, &port);
  recorder_wait(&events, "started ");
  client = connect_to(port);
  check_api_versions(client);
  /* What the child knows of the state is what the parent saw last. */
  CHECK_INT(tansu_broker_state(broker), TANSU_STATE_RUNNING);
  child = fork_now();
  CHECK(child >= 0);
  if (child == 0) {
    every_call_is_refused(broker, config, port);
    /* With all exit handlers, the library's and the C library's. */
    exit(0);
  }
  wait_for_child(child);
  check_api_versions(client);
  CHECK_LOG(&events, "started ");
  close(client);
  end_broker(broker);
  tansu_config_free(config);
  CHECK_LOG(&events, "started stopped release ");
}

/* A child made of this process alone: what the parent had is no hindrance. */
static void the_child_makes_a_broker_of_its_own(void) {
  uint16_t port = 0;
  pid_t child;
  tansu_broker *broker = running_broker(NULL, &port);
  child = fork_now();
  CHECK(child >= 0);
  if (child == 0) {
    uint16_t own = 0;
    tansu_broker *mine = running_broker(NULL, &own);
    int client = connect_to(own);
    CHECK(own != port);
    check_api_versions(client);
    close(client);
    end_broker(mine);
    exit(0);
  }
  wait_for_child(child);
  close(connect_to(port));
  end_broker(broker);
}

/* The child has the listener and the connections open, too; a stop in the parent closes them all the same. */
static void a_child_does_not_keep_the_port_open(void) {
  uint16_t port = 0;
  int client, ends[2];
  pid_t child;
  char byte;
  tansu_broker *broker = running_broker(NULL, &port);
  client = connect_to(port);
  check_api_versions(client);
  CHECK_INT(pipe(ends), 0);
  child = fork_now();
  CHECK(child >= 0);
  if (child == 0) {
    close(ends[1]);
    /* Until the parent has looked. */
    CHECK_INT(read(ends[0], &byte, 1), 0);
    exit(0);
  }
  close(ends[0]);
  CHECK_OK(tansu_broker_stop(broker, -1));
  CHECK_OK(tansu_broker_wait(broker, LIMIT_MS, NULL));
  check_refused(port);
  check_over(client);
  /* The port can be taken again while the child still lives. */
  tansu_broker_free(broker);
  broker = new_broker_at(NULL, port);
  CHECK_OK(tansu_broker_start(broker, NULL));
  CHECK_OK(tansu_broker_wait_ready(broker, LIMIT_MS, NULL, NULL));
  end_broker(broker);
  close(client);
  close(ends[1]);
  wait_for_child(child);
}

static void drop_record(void *user_data, int32_t level, const char *target, const char *message) {
  (void)user_data, (void)level, (void)target, (void)message;
}

static void the_log_belongs_to_the_parent(void) {
  pid_t child;
  recorder events;
  recorder_init(&events);
  CHECK_OK(tansu_log_set(TANSU_LOG_INFO, drop_record, &events, recorder_release, NULL));
  child = fork_now();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK_INT(tansu_log_set(TANSU_LOG_INFO, drop_record, NULL, NULL, NULL), TANSU_E_FORKED);
    CHECK_INT(tansu_log_set(TANSU_LOG_OFF, NULL, NULL, NULL, NULL), TANSU_E_FORKED);
    CHECK_INT(tansu_log_flush(-1), TANSU_E_FORKED);
    CHECK_LOG(&events, "");
    exit(0);
  }
  wait_for_child(child);
  CHECK_OK(tansu_log_set(TANSU_LOG_OFF, NULL, NULL, NULL, NULL));
  CHECK_OK(tansu_log_flush(LIMIT_MS));
  CHECK_LOG(&events, "release ");
}

static const check_case cases[] = {
    CASE(the_child_knows_the_state_that_another_call_has_seen),
    CASE(the_child_is_refused_and_the_parent_goes_on),
    CASE(the_child_makes_a_broker_of_its_own),
    CASE(a_child_does_not_keep_the_port_open),
    CASE(the_log_belongs_to_the_parent),
};

MAIN(cases)
