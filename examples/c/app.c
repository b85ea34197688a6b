/*
 * A broker inside this process, and librdkafka as the client of it: ten records out, ten records back.
 * README.md beside this file says how it is built.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tansu.h"

#define RECORDS 10
#define TOPIC "greetings"

/* --- the broker's callbacks; they run on a thread of the broker ---------------------------------------------------- */

static void on_started(void *user_data, uint16_t port) {
  (void)port;
  printf("%s: started\n", (const char *)user_data);
}

static void on_stopped(void *user_data) { printf("%s: stopped\n", (const char *)user_data); }

static void on_error(void *user_data, const tansu_error *error) {
  fprintf(stderr, "%s: %s\n", (const char *)user_data, tansu_error_message(error));
}

static void on_fatal(void *user_data, const tansu_error *error) {
  fprintf(stderr, "%s goes down: %s\n", (const char *)user_data, tansu_error_message(error));
}

/* The broker does not use `user_data` after this; what was allocated for it may be freed here. */
static void release(void *user_data) { printf("%s: released\n", (const char *)user_data); }

/* --- the client ---------------------------------------------------------------------------------------------------- */

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

/* 0 if all records were taken by the broker. */
static int produce(const char *bootstrap) {
  rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, bootstrap);
  int i, left = 0;
  for (i = 0; i < RECORDS; i++) {
    char value[32];
    rd_kafka_resp_err_t error;
    snprintf(value, sizeof value, "hello %d", i);
    error = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(TOPIC), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE(value, strlen(value)), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fprintf(stderr, "produce: %s\n", rd_kafka_err2str(error));
      left++;
    }
  }
  rd_kafka_flush(producer, 30000);
  left += rd_kafka_outq_len(producer);
  rd_kafka_destroy(producer);
  printf("produced %d records\n", RECORDS - left);
  return left;
}

/* 0 if the same records came back, in order. */
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
  printf("consumed %d records, all as produced\n", seen);
  return RECORDS - seen;
}

int main(void) {
  char name[] = "broker";
  char bootstrap[64];
  tansu_callbacks callbacks = TANSU_CALLBACKS_INIT;
  tansu_config *config = NULL;
  tansu_broker *broker = NULL;
  tansu_error *error = NULL;
  int32_t status;
  int failed = 1;

  callbacks.user_data = name;
  callbacks.on_started = on_started;
  callbacks.on_stopped = on_stopped;
  callbacks.on_error = on_error;
  callbacks.on_fatal = on_fatal;
  callbacks.release = release;

  status = tansu_config_new(&config);
  if (status == TANSU_OK) status = tansu_config_set(config, "storage.url", "memory://", &error);
  if (status == TANSU_OK) status = tansu_broker_new(config, &callbacks, &broker, &error);
  if (status == TANSU_OK) status = tansu_broker_start(broker, &error);
  if (status == TANSU_OK) status = tansu_broker_wait_ready(broker, 10000, NULL, &error);
  if (status == TANSU_OK) status = tansu_broker_bootstrap(broker, bootstrap, sizeof bootstrap, NULL);

  if (status == TANSU_OK) {
    printf("clients connect to %s\n", bootstrap);
    failed = produce(bootstrap) || consume(bootstrap);
    status = tansu_broker_stop(broker, -1);
    if (status == TANSU_OK) status = tansu_broker_wait(broker, 30000, &error);
  }
  if (status != TANSU_OK) {
    fprintf(stderr, "%s: %s\n", tansu_status_name(status), tansu_error_message(error));
  }
  tansu_error_free(error);
  tansu_broker_free(broker);
  tansu_config_free(config);
  return status != TANSU_OK || failed;
}
