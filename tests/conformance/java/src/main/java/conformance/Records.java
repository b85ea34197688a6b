// SPDX-License-Identifier: Apache-2.0
package conformance;

import static conformance.Broker.check;
import static conformance.Broker.equal;
import static conformance.Broker.get;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Produce, Fetch, ListOffsets, InitProducerId. */
final class Records {
    private Records() {}

    static void checks(Map<String, Main.Check> checks) {
        for (String compression : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            checks.put("records compressed with " + compression, broker -> comeBack(broker, compression));
        }
        for (String acks : List.of("0", "1", "all")) {
            checks.put("records with acks=" + acks, broker -> areThere(broker, acks));
        }
        checks.put("an idempotent producer's offsets are gapless and in order", Records::idempotent);
        checks.put("several idempotent producers on one partition", Records::severalIdempotent);
        checks.put("offsets by time", Records::offsetsByTime);
        checks.put("a record that is too large", Records::tooLarge);
        checks.put("a topic is made by the first record", Records::madeByUse);
        checks.put("a consumer waits for a record", Records::waits);
        checks.put("a position before the start is reset", Records::reset);
    }

    private static void comeBack(Broker broker, String compression) throws Exception {
        String topic = broker.topic(1);
        Map<String, Object> configs = Map.of("compression.type", compression, "linger.ms", 20);
        int count = 2_000;
        try (Producer<String, String> producer = broker.producer(configs)) {
            for (int i = 0; i < count; i++) {
                String key = i % 3 == 0 ? null : "k" + i;
                String value = i % 7 == 0 ? null : "v" + i;
                ProducerRecord<String, String> record = new ProducerRecord<>(topic, 0, 1_000L + i, key, value);
                record.headers().add("h", Integer.toString(i).getBytes(StandardCharsets.UTF_8)).add("none", null);
                producer.send(record);
            }
        }
        List<ConsumerRecord<String, String>> records = broker.read(topic, 0);
        equal(records.size(), count);
        for (int i = 0; i < count; i++) {
            ConsumerRecord<String, String> record = records.get(i);
            equal(record.offset(), (long) i);
            equal(record.timestamp(), 1_000L + i);
            equal(record.key(), i % 3 == 0 ? null : "k" + i);
            equal(record.value(), i % 7 == 0 ? null : "v" + i);
            equal(new String(record.headers().lastHeader("h").value(), StandardCharsets.UTF_8), Integer.toString(i));
            equal(record.headers().lastHeader("none").value(), null);
        }
    }

    private static void areThere(Broker broker, String acks) throws Exception {
        String topic = broker.topic(1);
        Map<String, Object> configs = Map.of("acks", acks, "enable.idempotence", false);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Producer<String, String> producer = broker.producer(configs)) {
            for (int i = 0; i < 500; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, Integer.toString(i))));
            }
            producer.flush();
            for (int i = 0; i < sent.size(); i++) {
                equal(get(sent.get(i)).offset(), acks.equals("0") ? -1L : i);
            }
            // On the same connection: what was sent before is there once this is answered.
            producer.partitionsFor(topic);
        }
        long deadline = System.nanoTime() + Broker.PATIENCE.toNanos();
        while (broker.read(topic, 0).size() < 500) {
            check(System.nanoTime() < deadline, "records are missing");
        }
    }

    private static void idempotent(Broker broker) throws Exception {
        String topic = broker.topic(3);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Map<String, Object> configs =
                Map.of("enable.idempotence", true, "max.in.flight.requests.per.connection", 5, "batch.size", 1_000);
        try (Producer<String, String> producer = broker.producer(configs)) {
            for (int i = 0; i < 20_000; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, i % 3, null, Integer.toString(i))));
            }
        }
        for (int i = 0; i < sent.size(); i++) {
            equal(get(sent.get(i)).offset(), (long) (i / 3));
        }
        for (int partition = 0; partition < 3; partition++) {
            List<ConsumerRecord<String, String>> records = broker.read(topic, partition);
            for (int i = 0; i < records.size(); i++) {
                equal(records.get(i).value(), Integer.toString(3 * i + partition));
            }
        }
    }

    private static void severalIdempotent(Broker broker) throws Exception {
        String topic = broker.topic(1);
        List<Producer<String, String>> producers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            producers.add(broker.producer(Map.of("enable.idempotence", true)));
        }
        for (int i = 0; i < 4_000; i++) {
            producers.get(i % 4).send(new ProducerRecord<>(topic, 0, Integer.toString(i % 4), Integer.toString(i / 4)));
        }
        producers.forEach(Producer::close);
        int[] next = new int[4];
        for (ConsumerRecord<String, String> record : broker.read(topic, 0)) {
            equal(record.value(), Integer.toString(next[Integer.parseInt(record.key())]++));
        }
        for (int count : next) {
            equal(count, 1_000);
        }
    }

    private static void offsetsByTime(Broker broker) throws Exception {
        String topic = broker.topic(1);
        try (Producer<String, String> producer = broker.producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(topic, 0, 1_000L * i, null, "v"));
            }
        }
        TopicPartition place = new TopicPartition(topic, 0);
        try (Consumer<String, String> consumer = broker.consumer(Map.of())) {
            OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(place, 3_500L)).get(place);
            equal(List.of(found.offset(), found.timestamp()), List.of(4L, 4_000L));
            equal(consumer.offsetsForTimes(Map.of(place, 9_001L)).get(place), null);
            equal(consumer.beginningOffsets(List.of(place)).get(place), 0L);
            equal(consumer.endOffsets(List.of(place)).get(place), 10L);
        }
    }

    private static void tooLarge(Broker broker) throws Exception {
        String topic = broker.topic(1);
        Map<String, Object> configs = Map.of("max.request.size", 10_000_000);
        try (Producer<String, String> producer = broker.producer(configs)) {
            ProducerRecord<String, String> large = new ProducerRecord<>(topic, "x".repeat(2_000_000));
            Broker.fails(producer.send(large), RecordTooLargeException.class);
            equal(get(producer.send(new ProducerRecord<>(topic, "small"))).offset(), 0L);
        }
    }

    private static void madeByUse(Broker broker) throws Exception {
        String topic = "made-" + System.nanoTime();
        try (Producer<String, String> producer = broker.producer(Map.of())) {
            equal(get(producer.send(new ProducerRecord<>(topic, "v"))).offset(), 0L);
        }
        equal(broker.read(topic, 0).size(), 1);
    }

    private static void waits(Broker broker) throws Exception {
        String topic = broker.topic(1);
        TopicPartition place = new TopicPartition(topic, 0);
        try (Consumer<String, String> consumer = broker.consumer(Map.of("fetch.max.wait.ms", 20_000))) {
            consumer.assign(List.of(place));
            check(consumer.poll(Duration.ofMillis(300)).isEmpty(), "there is no record yet");
            long begun = System.nanoTime();
            broker.fill(topic, 1, 1);
            equal(consumer.poll(Broker.PATIENCE).count(), 1);
            check(System.nanoTime() - begun < Duration.ofSeconds(10).toNanos(), "the fetch was not woken");
        }
    }

    private static void reset(Broker broker) throws Exception {
        String topic = broker.topic(1);
        broker.fill(topic, 1, 3);
        TopicPartition place = new TopicPartition(topic, 0);
        try (Consumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(place));
            consumer.seek(place, 1_000);
            equal(consumer.poll(Broker.PATIENCE).iterator().next().offset(), 0L);
        }
    }
}
