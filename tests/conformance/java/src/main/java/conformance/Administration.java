// SPDX-License-Identifier: Apache-2.0
package conformance;

import static conformance.Broker.check;
import static conformance.Broker.equal;
import static conformance.Broker.fails;
import static conformance.Broker.get;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What Kafka's AdminClient asks. */
final class Administration {
    private Administration() {}

    private interface Ask {
        void run(Broker broker, Admin admin) throws Exception;
    }

    private static Main.Check with(Ask ask) {
        return broker -> {
            try (Admin admin = broker.admin()) {
                ask.run(broker, admin);
            }
        };
    }

    static void checks(Map<String, Main.Check> checks) {
        checks.put("topics are made, described, widened and deleted", with(Administration::topics));
        checks.put("topics that may not be", with(Administration::refusedTopics));
        checks.put("configs are described and changed", with(Administration::configs));
        checks.put("records are deleted and offsets listed", with(Administration::records));
        checks.put("the cluster is described", with(Administration::cluster));
        checks.put("groups are listed, described and deleted", with(Administration::groups));
        checks.put("offsets of a group are changed and deleted", with(Administration::offsets));
        checks.put("producers of a partition", with(Administration::producers));
    }

    private static void topics(Broker broker, Admin admin) throws Exception {
        String topic = broker.topic(2);
        check(get(admin.listTopics().names()).contains(topic), "the new topic is not listed");
        TopicDescription description = get(admin.describeTopics(Set.of(topic)).allTopicNames()).get(topic);
        equal(description.partitions().size(), 2);
        equal(description.partitions().get(0).isr().size(), 1);
        Uuid id = description.topicId();
        var byId = admin.describeTopics(TopicCollection.ofTopicIds(Set.of(id)));
        equal(get(byId.allTopicIds()).get(id).name(), topic);
        get(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all());
        equal(get(admin.describeTopics(Set.of(topic)).allTopicNames()).get(topic).partitions().size(), 5);
        Map<String, NewPartitions> again = Map.of(topic, NewPartitions.increaseTo(5));
        fails(admin.createPartitions(again).all(), InvalidPartitionsException.class);
        get(admin.deleteTopics(Set.of(topic)).all());
        fails(admin.describeTopics(Set.of(topic)).allTopicNames(), UnknownTopicOrPartitionException.class);
        fails(admin.deleteTopics(Set.of(topic)).all(), UnknownTopicOrPartitionException.class);
    }

    private static void refusedTopics(Broker broker, Admin admin) throws Exception {
        String topic = broker.topic(1);
        fails(create(admin, new NewTopic(topic, 1, (short) 1)), TopicExistsException.class);
        fails(create(admin, new NewTopic("no/topic", 1, (short) 1)), InvalidTopicException.class);
        fails(create(admin, new NewTopic(topic + "a", 0, (short) 1)), InvalidPartitionsException.class);
        fails(create(admin, new NewTopic(topic + "b", 1, (short) 2)), InvalidReplicationFactorException.class);
        NewTopic unknown = new NewTopic(topic + "c", 1, (short) 1).configs(Map.of("no.such", "1"));
        fails(create(admin, unknown), InvalidConfigurationException.class);
        get(create(admin, new NewTopic(topic + "d", Optional.empty(), Optional.empty())));
    }

    private static KafkaFuture<Void> create(Admin admin, NewTopic topic) {
        return admin.createTopics(Set.of(topic)).all();
    }

    private static void configs(Broker broker, Admin admin) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, broker.topic(1));
        ConfigEntry before = get(admin.describeConfigs(Set.of(topic)).all()).get(topic).get("retention.ms");
        equal(List.of(before.value(), before.isDefault()), List.of("604800000", true));
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET);
        get(admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all());
        ConfigEntry after = get(admin.describeConfigs(Set.of(topic)).all()).get(topic).get("retention.ms");
        equal(after.value(), "1000");
        equal(after.source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        AlterConfigOp bad = new AlterConfigOp(new ConfigEntry("retention.ms", "soon"), AlterConfigOp.OpType.SET);
        fails(admin.incrementalAlterConfigs(Map.of(topic, List.of(bad))).all(), InvalidConfigurationException.class);
        AlterConfigOp drop = new AlterConfigOp(new ConfigEntry("retention.ms", null), AlterConfigOp.OpType.DELETE);
        get(admin.incrementalAlterConfigs(Map.of(topic, List.of(drop))).all());
        equal(get(admin.describeConfigs(Set.of(topic)).all()).get(topic).get("retention.ms").value(), "604800000");
        String node = get(admin.describeCluster().nodes()).iterator().next().idString();
        ConfigResource server = new ConfigResource(ConfigResource.Type.BROKER, node);
        check(!get(admin.describeConfigs(Set.of(server)).all()).get(server).entries().isEmpty(), "no broker configs");
        get(admin.listConfigResources().all());
    }

    private static void records(Broker broker, Admin admin) throws Exception {
        String topic = broker.topic(1);
        TopicPartition place = new TopicPartition(topic, 0);
        broker.fill(topic, 1, 10);
        equal(get(admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(4))).all().thenApply(done -> 1)), 1);
        equal(offset(admin, place, OffsetSpec.earliest()), 4L);
        equal(offset(admin, place, OffsetSpec.latest()), 10L);
        equal(broker.read(topic, 0).get(0).offset(), 4L);
        int node = get(admin.describeCluster().nodes()).iterator().next().id();
        check(!get(admin.describeLogDirs(Set.of(node)).allDescriptions()).isEmpty(), "no log dirs");
    }

    private static long offset(Admin admin, TopicPartition place, OffsetSpec spec) throws Exception {
        return get(admin.listOffsets(Map.of(place, spec)).partitionResult(place)).offset();
    }

    private static void cluster(Broker broker, Admin admin) throws Exception {
        DescribeClusterResult cluster = admin.describeCluster();
        equal(get(cluster.nodes()).size(), 1);
        check(!get(cluster.clusterId()).isEmpty(), "no cluster id");
        check(get(cluster.controller()) != null, "no controller");
        check(get(admin.describeFeatures().featureMetadata()).finalizedFeatures().containsKey("metadata.version"),
                "no metadata.version");
        check(get(admin.describeMetadataQuorum().quorumInfo()).voters().size() == 1, "not one voter");
        equal(get(admin.listPartitionReassignments().reassignments()), Map.of());
        TopicPartition place = new TopicPartition(broker.topic(1), 0);
        Throwable needless = get(admin.electLeaders(ElectionType.PREFERRED, Set.of(place)).partitions())
                .get(place)
                .orElseThrow();
        check(needless instanceof ElectionNotNeededException, "an election: " + needless);
    }

    private static void groups(Broker broker, Admin admin) throws Exception {
        String topic = broker.topic(1);
        broker.fill(topic, 1, 1);
        String group = Groups.group();
        try (Consumer<String, String> consumer = broker.consumer(Map.of("group.id", group))) {
            consumer.subscribe(List.of(topic));
            equal(consumer.poll(Broker.PATIENCE).count(), 1);
            consumer.commitSync();
            check(get(admin.listGroups().all()).stream().anyMatch(one -> one.groupId().equals(group)), "not listed");
            var described = get(admin.describeConsumerGroups(Set.of(group)).all()).get(group);
            equal(described.groupState(), GroupState.STABLE);
            Set<TopicPartition> assigned = Set.of(new TopicPartition(topic, 0));
            equal(described.members().iterator().next().assignment().topicPartitions(), assigned);
            equal(get(admin.describeClassicGroups(Set.of(group)).all()).get(group).state(), ClassicGroupState.STABLE);
            fails(admin.deleteConsumerGroups(Set.of(group)).all(), GroupNotEmptyException.class);
        }
        equal(get(admin.describeConsumerGroups(Set.of(group)).all()).get(group).groupState(), GroupState.EMPTY);
        get(admin.deleteConsumerGroups(Set.of(group)).all());
        fails(admin.deleteConsumerGroups(Set.of(group)).all(), GroupIdNotFoundException.class);
        fails(admin.describeConsumerGroups(Set.of(group)).all(), GroupIdNotFoundException.class);
    }

    private static void offsets(Broker broker, Admin admin) throws Exception {
        TopicPartition place = new TopicPartition(broker.topic(1), 0);
        String group = Groups.group();
        get(admin.alterConsumerGroupOffsets(group, Map.of(place, new OffsetAndMetadata(7, "seven"))).all());
        var committed = get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        equal(committed.get(place).offset(), 7L);
        equal(committed.get(place).metadata(), "seven");
        get(admin.deleteConsumerGroupOffsets(group, Set.of(place)).all());
        equal(get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()), Map.of());
    }

    private static void producers(Broker broker, Admin admin) throws Exception {
        TopicPartition place = new TopicPartition(broker.topic(1), 0);
        broker.fill(place.topic(), 1, 5);
        var active = get(admin.describeProducers(Set.of(place)).partitionResult(place)).activeProducers();
        equal(active.size(), 1);
        equal(active.get(0).lastSequence(), 4);
        check(active.get(0).lastTimestamp() > System.currentTimeMillis() - Duration.ofMinutes(5).toMillis(), "old");
    }
}
