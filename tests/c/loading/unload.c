/* dlclose while a broker runs: the code must stay, for the library's threads are in it. */
#include <dlfcn.h>
#include <stdio.h>

#include "tansu.h"

typedef int32_t (*config_new)(tansu_config **);
typedef int32_t (*broker_new)(const tansu_config *, const tansu_callbacks *, tansu_broker **, tansu_error **);
typedef int32_t (*broker_start)(tansu_broker *, tansu_error **);
typedef int32_t (*broker_wait_ready)(tansu_broker *, int64_t, uint16_t *, tansu_error **);
typedef int32_t (*broker_stop)(tansu_broker *, int64_t);
typedef int32_t (*broker_wait)(tansu_broker *, int64_t, tansu_error **);

static int failed(const char *what) {
  fprintf(stderr, "%s failed\n", what);
  return 1;
}

int main(int argc, char **argv) {
  tansu_config *config = NULL;
  tansu_broker *broker = NULL;
  void *library = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
  config_new make_config;
  broker_new make;
  broker_start start;
  broker_wait_ready wait_ready;
  broker_stop stop;
  broker_wait wait;
  if (library == NULL) return failed(dlerror());
  /* As POSIX writes it: C has no cast from an object's pointer to a function's. */
  *(void **)(&make_config) = dlsym(library, "tansu_config_new");
  *(void **)(&make) = dlsym(library, "tansu_broker_new");
  *(void **)(&start) = dlsym(library, "tansu_broker_start");
  *(void **)(&wait_ready) = dlsym(library, "tansu_broker_wait_ready");
  *(void **)(&stop) = dlsym(library, "tansu_broker_stop");
  *(void **)(&wait) = dlsym(library, "tansu_broker_wait");
  if (make_config(&config) || make(config, NULL, &broker, NULL) || start(broker, NULL)) return failed("start");
  if (wait_ready(broker, 60000, NULL, NULL)) return failed("wait_ready");
  if (dlclose(library)) return failed("dlclose");
  if (stop(broker, -1) || wait(broker, 60000, NULL)) return failed("stop after dlclose");
  return 0;
}
