/* SPDX-License-Identifier: Apache-2.0 */
/* mock_kafka: a broker of librdkafka's own, which speaks Kafka's protocol over TCP on 127.0.0.1; Debian has no Kafka. Prints
 * "HOST:PORT" and then does what lines on stdin say, each answered with a last line "ok":
 *   down, up        the broker closes its connections and refuses new ones; what it holds it keeps
 *   dump TOPIC N    reads the topic from its beginning, as a client, until N records came or for 10 s: "KEY TAB VALUE" a line
 * Ends with stdin. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void dump(const char* servers, const char* topic, int wanted) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", servers, NULL, 0);
  rd_kafka_conf_set(conf, "group.id", "dump", NULL, 0);
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(4);
  for (int i = 0; i < 4; ++i) rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
  int idle = 0, got = 0;
  /* A little longer than asked, so that what came twice is seen. */
  while (idle < (got >= wanted ? 5 : 100)) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    if (message == NULL) {
      ++idle;
      continue;
    }
    if (message->err == 0) {
      ++got;
      printf("%.*s\t%.*s\n", (int)message->key_len, (const char*)message->key, (int)message->len,
             (const char*)message->payload);
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
}

int main(void) {
  char words[256];
  rd_kafka_t* host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), words, sizeof words);
  rd_kafka_mock_cluster_t* cluster = host == NULL ? NULL : rd_kafka_mock_cluster_new(host, 1);
  if (cluster == NULL) return 1;
  const char* servers = rd_kafka_mock_cluster_bootstraps(cluster);
  printf("%s\n", servers);
  fflush(stdout);
  char line[256], topic[128];
  int wanted;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strcmp(line, "down\n") == 0) rd_kafka_mock_broker_set_down(cluster, 1);
    if (strcmp(line, "up\n") == 0) rd_kafka_mock_broker_set_up(cluster, 1);
    if (sscanf(line, "dump %127s %d", topic, &wanted) == 2) dump(servers, topic, wanted);
    printf("ok\n");
    fflush(stdout);
  }
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(host);
  return 0;
}
