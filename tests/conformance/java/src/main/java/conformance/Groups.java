// SPDX-License-Identifier: Apache-2.0
package conformance;

import static conformance.Broker.check;
import static conformance.Broker.equal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.common.TopicPartition;

/** Groups of the classic protocol, and their offsets. */
final class Groups {
    private Groups() {}

    static void checks(Map<String, Main.Check> checks) {
        for (Class<?> assignor : List.of(
                RangeAssignor.class, RoundRobinAssignor.class, StickyAssignor.class, CooperativeStickyAssignor.class)) {
            checks.put("members share with " + assignor.getSimpleName(), broker -> share(broker, assignor));
        }
        checks.put("a group goes on from what it committed", Groups::goesOn);
        checks.put("a static member comes back without a rebalance", Groups::comesBack);
        checks.put("a member that polls too seldom may not commit", Groups::tooSeldom);
        checks.put("a pattern subscribes to new topics", Groups::pattern);
        checks.put("offsets are committed when a consumer is closed", Groups::committedAtClose);
    }

    static String group() {
        return "group-" + UUID.randomUUID();
    }

    private static Map<String, Object> in(String group, Map<String, Object> more) {
        Map<String, Object> configs = new HashMap<>(Map.of("group.id", group, "heartbeat.interval.ms", 300));
        configs.putAll(more);
        return configs;
    }

    private static void until(BooleanSupplier met, String otherwise) {
        long deadline = System.nanoTime() + Broker.PATIENCE.toNanos();
        while (!met.getAsBoolean()) {
            check(System.nanoTime() < deadline, otherwise);
        }
    }

    private static void share(Broker broker, Class<?> assignor) throws Exception {
        String topic = broker.topic(4);
        broker.fill(topic, 4, 400);
        Map<String, Object> configs = in(group(), Map.of("partition.assignment.strategy", assignor.getName()));
        Set<String> seen = new HashSet<>();
        try (Consumer<String, String> first = broker.consumer(configs)) {
            first.subscribe(List.of(topic));
            until(() -> poll(first, seen) && seen.size() == 400, "not all were read by one");
            first.commitSync();
            try (Consumer<String, String> second = broker.consumer(configs)) {
                second.subscribe(List.of(topic));
                until(
                        () -> poll(first, seen)
                                && poll(second, seen)
                                && first.assignment().size() == 2
                                && second.assignment().size() == 2,
                        "not halved");
                Set<TopicPartition> all = new HashSet<>(first.assignment());
                all.addAll(second.assignment());
                equal(all.size(), 4);
                broker.fill(topic, 4, 40);
                List<String> late = new ArrayList<>();
                until(() -> poll(first, late) && poll(second, late) && late.size() >= 40, "the late ones are missing");
                equal(late.size(), 40);
                first.commitSync();
                second.commitSync();
            }
            until(() -> poll(first, seen) && first.assignment().size() == 4, "the one that stays has not all");
        }
    }

    private static boolean poll(Consumer<String, String> consumer, java.util.Collection<String> into) {
        consumer.poll(Duration.ofMillis(50)).forEach(record -> into.add(record.value()));
        return true;
    }

    private static void goesOn(Broker broker) throws Exception {
        String topic = broker.topic(1);
        broker.fill(topic, 1, 10);
        TopicPartition place = new TopicPartition(topic, 0);
        Map<String, Object> configs = in(group(), Map.of("max.poll.records", 5));
        try (Consumer<String, String> consumer = broker.consumer(configs)) {
            consumer.subscribe(List.of(topic));
            equal(consumer.poll(Broker.PATIENCE).count(), 5);
            consumer.commitSync(Map.of(place, new OffsetAndMetadata(4, "four")));
            OffsetAndMetadata committed = consumer.committed(Set.of(place)).get(place);
            equal(List.of(committed.offset(), committed.metadata()), List.of(4L, "four"));
        }
        try (Consumer<String, String> consumer = broker.consumer(configs)) {
            consumer.subscribe(List.of(topic));
            equal(consumer.poll(Broker.PATIENCE).iterator().next().offset(), 4L);
        }
    }

    private static void comesBack(Broker broker) throws Exception {
        String topic = broker.topic(2);
        String group = group();
        List<String> seen = new ArrayList<>();
        try (Consumer<String, String> stays = broker.consumer(in(group, Map.of("group.instance.id", "a")))) {
            Map<String, Object> other = in(group, Map.of("group.instance.id", "b"));
            Consumer<String, String> leaves = broker.consumer(other);
            stays.subscribe(List.of(topic));
            leaves.subscribe(List.of(topic));
            until(
                    () -> poll(stays, seen) && poll(leaves, seen) && stays.assignment().size() == 1
                            && leaves.assignment().size() == 1,
                    "not halved");
            int generation = stays.groupMetadata().generationId();
            Set<TopicPartition> had = leaves.assignment();
            leaves.close();
            try (Consumer<String, String> back = broker.consumer(other)) {
                back.subscribe(List.of(topic));
                until(() -> poll(stays, seen) && poll(back, seen) && !back.assignment().isEmpty(), "not back");
                equal(back.assignment(), had);
                equal(back.groupMetadata().generationId(), generation);
                equal(stays.groupMetadata().generationId(), generation);
            }
        }
    }

    private static void tooSeldom(Broker broker) throws Exception {
        String topic = broker.topic(1);
        broker.fill(topic, 1, 1);
        String group = group();
        List<String> seen = new ArrayList<>();
        Map<String, Object> configs = in(group, Map.of("max.poll.interval.ms", 500, "session.timeout.ms", 6_000));
        try (Consumer<String, String> slow = broker.consumer(configs)) {
            slow.subscribe(List.of(topic));
            until(() -> poll(slow, seen) && seen.size() == 1, "nothing read");
            try (Consumer<String, String> next = broker.consumer(in(group, Map.of()))) {
                next.subscribe(List.of(topic));
                until(() -> poll(next, seen) && next.assignment().size() == 1, "the partition did not move");
                try {
                    slow.commitSync();
                    throw new AssertionError("a member that was taken out has committed");
                } catch (CommitFailedException e) {
                    next.commitSync();
                }
            }
        }
    }

    private static void pattern(Broker broker) throws Exception {
        String prefix = broker.topic(1);
        List<String> seen = new ArrayList<>();
        Map<String, Object> configs = in(group(), Map.of("metadata.max.age.ms", 200));
        try (Consumer<String, String> consumer = broker.consumer(configs)) {
            consumer.subscribe(Pattern.compile(Pattern.quote(prefix) + ".*"));
            until(() -> poll(consumer, seen) && consumer.assignment().size() == 1, "the first topic is missing");
            try (var producer = broker.producer(Map.of())) {
                producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(prefix + "-2", "new"));
            }
            until(() -> poll(consumer, seen) && seen.contains("new"), "the new topic is missing");
        }
    }

    private static void committedAtClose(Broker broker) throws Exception {
        String topic = broker.topic(1);
        broker.fill(topic, 1, 3);
        TopicPartition place = new TopicPartition(topic, 0);
        Map<String, Object> configs = in(group(), Map.of("enable.auto.commit", true));
        try (Consumer<String, String> consumer = broker.consumer(configs)) {
            consumer.subscribe(List.of(topic));
            equal(consumer.poll(Broker.PATIENCE).count(), 3);
        }
        try (Consumer<String, String> consumer = broker.consumer(configs)) {
            equal(consumer.committed(Set.of(place)).get(place).offset(), 3L);
        }
    }
}
