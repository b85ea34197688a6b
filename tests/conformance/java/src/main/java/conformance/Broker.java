// SPDX-License-Identifier: Apache-2.0
package conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The broker under test, and what the checks share. */
final class Broker {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String servers;

    Broker(String servers) {
        this.servers = servers;
    }

    Admin admin() {
        return Admin.create(with(Map.of()));
    }

    Producer<String, String> producer(Map<String, Object> configs) {
        return new KafkaProducer<>(with(configs), new StringSerializer(), new StringSerializer());
    }

    Consumer<String, String> consumer(Map<String, Object> configs) {
        Map<String, Object> all = new HashMap<>(Map.of("enable.auto.commit", false, "auto.offset.reset", "earliest"));
        all.putAll(configs);
        return new KafkaConsumer<>(with(all), new StringDeserializer(), new StringDeserializer());
    }

    private Map<String, Object> with(Map<String, Object> configs) {
        Map<String, Object> all = new HashMap<>(configs);
        all.put("bootstrap.servers", servers);
        return all;
    }

    /** A topic of its own. */
    String topic(int partitions) throws Exception {
        String name = "topic-" + UUID.randomUUID();
        try (Admin admin = admin()) {
            get(admin.createTopics(Set.of(new NewTopic(name, partitions, (short) 1))).all());
        }
        return name;
    }

    /** Sends that many records, to each partition in its turn; their values are their numbers. */
    List<RecordMetadata> fill(String topic, int partitions, int count) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Producer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, i % partitions, "k" + i, Integer.toString(i))));
            }
        }
        List<RecordMetadata> placed = new ArrayList<>();
        for (Future<RecordMetadata> one : sent) {
            placed.add(get(one));
        }
        return placed;
    }

    /** All records of a partition. */
    List<ConsumerRecord<String, String>> read(String topic, int partition) {
        TopicPartition place = new TopicPartition(topic, partition);
        try (Consumer<String, String> consumer = consumer(Map.of())) {
            consumer.assign(List.of(place));
            consumer.seekToBeginning(List.of(place));
            long end = consumer.endOffsets(List.of(place)).get(place);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(place) < end) {
                check(System.nanoTime() < deadline, "read " + records.size() + " of " + end);
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    static <T> T get(Future<T> future) throws Exception {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not answered in " + PATIENCE, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** What the future fails with. */
    static Throwable failure(Future<?> future) throws Exception {
        try {
            return new AssertionError("did not fail: " + future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(Object found, Object wanted) {
        check(Objects.equals(found, wanted), "found " + found + ", wanted " + wanted);
    }

    static void fails(Future<?> future, Class<? extends Exception> with) throws Exception {
        Throwable failure = failure(future);
        check(with.isInstance(failure), "failed with " + failure + ", wanted " + with.getName());
    }
}
