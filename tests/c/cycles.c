/* After any number of brokers nothing is left of them: threads, descriptors, memory. `cycles 200` says how many. */
#include <dirent.h>
#include <sched.h>

#include "net.h"

static int entries(const char *folder) {
  DIR *open = opendir(folder);
  int count = 0;
  CHECK(open != NULL);
  while (readdir(open) != NULL) count++;
  closedir(open);
  return count;
}

static long resident(void) {
  long pages = 0;
  FILE *statm = fopen("/proc/self/statm", "r");
  CHECK(statm != NULL);
  CHECK_INT(fscanf(statm, "%*d %ld", &pages), 1);
  fclose(statm);
  return pages * sysconf(_SC_PAGESIZE);
}

static void cycle(void) {
  recorder events;
  uint16_t port = 0;
  tansu_broker *broker;
  int client;
  recorder_init(&events);
  broker = running_broker(&events, &port);
  client = connect_to(port);
  check_api_versions(client);
  end_broker(broker);
  check_over(client);
  close(client);
  CHECK_LOG(&events, "started stopped release ");
}

/*
 * Waits until a folder has no more than `most` entries: a thread that has been joined stays in the list until the
 * kernel has cleared it away, and what it held goes with it.
 */
static void settle(const char *folder, int most) {
  const long long limit = now_ms() + LIMIT_MS;
  while (entries(folder) > most && now_ms() < limit) sched_yield();
  CHECK_INT(entries(folder), most);
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 5;
  const int threads = entries("/proc/self/task");
  int i, descriptors;
  long before, grown;
  CHECK(count > 0);
  /* Allocators and caches warm up; the runtime keeps a pair of descriptors for the process. */
  for (i = 0; i < 40; i++) cycle();
  settle("/proc/self/task", threads);
  descriptors = entries("/proc/self/fd");
  before = resident();
  for (i = 0; i < count; i++) cycle();
  settle("/proc/self/task", threads);
  settle("/proc/self/fd", descriptors);
  grown = (resident() - before) / count;
  printf("%d cycles: %ld bytes of resident memory each\n", count, grown);
  CHECK(grown < 8192);
  return 0;
}
