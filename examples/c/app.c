/*
 * A broker inside this process, and librdkafka as the client of it: a thousand records out, a thousand back. Takes a
 * port to listen on, if you like. README.md beside this file says how it is built.
 */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tansu.h"

#define RECORDS 1000
#define TOPIC "greetings"

/* --- the broker's callbacks: one at a time, on a thread of the broker -------------------------------------------- */

/* The received events. Only the callbacks use it before `release`, so it needs no lock. */
typedef struct {
  char order[256];
  int started, errors, fatal, stopped, released;
} diary;

static void note(diary *me, const char *event, int *count) {
  ++*count;
  if (strlen(me->order) + strlen(event) + 3 > sizeof me->order) return;
  if (me->order[0] != '\0') strcat(me->order, ", ");
  strcat(me->order, event);
}

static void on_started(void *user_data, uint16_t port) {
  diary *me = user_data;
  (void)port;
  note(me, "started", &me->started);
}

static void on_stopped(void *user_data) {
  diary *me = user_data;
  note(me, "stopped", &me->stopped);
}

/* The broker goes on after these. */
static void on_error(void *user_data, const tansu_error *error) {
  diary *me = user_data;
  fprintf(stderr, "%s\n", tansu_error_message(error));
  note(me, "error", &me->errors);
}

/* The broker stops because of it; wait returns the same error. */
static void on_fatal(void *user_data, const tansu_error *error) {
  diary *me = user_data;
  (void)error;
  note(me, "fatal", &me->fatal);
}

/* `user_data` is not used after this: what was allocated for it would be freed here. */
static void release(void *user_data) {
  diary *me = user_data;
  note(me, "release", &me->released);
}

/* --- the client -------------------------------------------------------------------------------------------------- */

static rd_kafka_t *client(rd_kafka_type_t type, const char *bootstrap) {
  static const char *const settings[][2] = {
      {"group.id", "readers"},
      {"auto.offset.reset", "earliest"},
      {"enable.auto.commit", "false"},
  };
  char why[256];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_t *made;
  size_t i;
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof why);
  for (i = 0; type == RD_KAFKA_CONSUMER && i < sizeof settings / sizeof settings[0]; i++) {
    rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why);
  }
  made = rd_kafka_new(type, conf, why, sizeof why);
  if (made == NULL) {
    fprintf(stderr, "librdkafka: %s\n", why);
    exit(1);
  }
  return made;
}

/* How many records the broker has taken. */
static int produce(const char *bootstrap) {
  rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, bootstrap);
  int i, refused = 0, left;
  for (i = 0; i < RECORDS; i++) {
    char value[32];
    rd_kafka_resp_err_t error;
    snprintf(value, sizeof value, "hello %d", i);
    error = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(TOPIC), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE(value, strlen(value)), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fprintf(stderr, "produce: %s\n", rd_kafka_err2str(error));
      refused++;
    }
  }
  rd_kafka_flush(producer, 30000);
  left = rd_kafka_outq_len(producer);
  rd_kafka_destroy(producer);
  return RECORDS - refused - left;
}

/* How many of the records came back, in order and equal. */
static int consume(const char *bootstrap) {
  rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, bootstrap);
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  int seen = 0, silent = 0;
  rd_kafka_topic_partition_list_add(topics, TOPIC, RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(consumer, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  while (seen < RECORDS && silent < 30) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 1000);
    char want[32];
    if (message == NULL) {
      silent++;
      continue;
    }
    snprintf(want, sizeof want, "hello %d", seen);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fprintf(stderr, "consume: %s\n", rd_kafka_message_errstr(message));
      silent++;
    } else if (message->len == strlen(want) && memcmp(message->payload, want, message->len) == 0) {
      seen++;
    } else {
      fprintf(stderr, "consume: \"%.*s\" is not \"%s\"\n", (int)message->len, (const char *)message->payload, want);
      silent = 30;
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return seen;
}

/* 0 if what came back is what was produced. */
static int exchange(const char *bootstrap) {
  int produced = produce(bootstrap);
  int consumed = consume(bootstrap);
  bool equal = produced == RECORDS && consumed == RECORDS;
  printf("produced %d, consumed %d, %s\n", produced, consumed, equal ? "all equal" : "NOT all equal");
  return equal ? 0 : 1;
}

int main(int argc, char **argv) {
  diary events = {"", 0, 0, 0, 0, 0};
  char bootstrap[64];
  tansu_callbacks callbacks = TANSU_CALLBACKS_INIT;
  tansu_config *config = NULL;
  tansu_broker *broker = NULL;
  tansu_error *error = NULL;
  int32_t status;
  int failed = 0;

  callbacks.user_data = &events;
  callbacks.on_started = on_started;
  callbacks.on_stopped = on_stopped;
  callbacks.on_error = on_error;
  callbacks.on_fatal = on_fatal;
  callbacks.release = release;

  status = tansu_config_new(&config);
  if (status == TANSU_OK) status = tansu_config_set(config, "storage.url", "memory://", &error);
  if (status == TANSU_OK) status = tansu_config_set(config, "listener.port", argc > 1 ? argv[1] : "0", &error);
  if (status == TANSU_OK) status = tansu_broker_new(config, &callbacks, &broker, &error);
  tansu_config_free(config);

  if (status == TANSU_OK) status = tansu_broker_start(broker, &error);
  if (status == TANSU_OK) status = tansu_broker_wait_ready(broker, 10000, NULL, &error);
  if (status == TANSU_OK) status = tansu_broker_bootstrap(broker, bootstrap, sizeof bootstrap, NULL);
  if (status == TANSU_OK) {
    printf("clients connect to %s\n", bootstrap);
    failed = exchange(bootstrap);
    status = tansu_broker_stop(broker, -1);
  }
  /* After a start that failed, too: on_stopped comes in any case. */
  if (broker != NULL) {
    tansu_error *end = NULL;
    int32_t ended = tansu_broker_wait(broker, 30000, &end);
    if (status == TANSU_OK) status = ended;
    if (error == NULL) {
      error = end;
    } else {
      tansu_error_free(end);
    }
    tansu_broker_free(broker);
    printf("callbacks: %s\n", events.order);
    printf("counts: started %d, error %d, fatal %d, stopped %d, release %d\n", events.started, events.errors,
           events.fatal, events.stopped, events.released);
  }
  if (status != TANSU_OK) {
    fprintf(stderr, "%s\n", error != NULL ? tansu_error_message(error) : tansu_status_name(status));
    failed = 1;
  }
  tansu_error_free(error);
  return failed;
}
