// SPDX-License-Identifier: Apache-2.0
package embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Starts a broker in this process, sends records through it with Kafka's own client, reads them back, and stops it.
 *
 * <pre>
 * mvn package
 * java -Djna.library.path="$(python -m tansu_cffi --libdir)" -jar target/embedded.jar [PORT [LIBRARY]]
 * </pre>
 *
 * PORT 0, the default, takes a free one. LIBRARY is the full path of libtansu.so.0 and replaces jna.library.path.
 */
public final class Main {
    private static final String TOPIC = "greetings";
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Main() {}

    public static void main(String[] args) {
        Journal journal = new Journal();
        int status = 0;
        try {
            Tansu tansu = Tansu.load(args.length > 1 ? args[1] : "libtansu.so.0");
            run(tansu, args.length > 0 ? args[0] : "0", journal);
        } catch (Exception | UnsatisfiedLinkError e) {
            System.err.println(e.getMessage());
            status = 1;
        }
        journal.print();
        System.exit(status);
    }

    private static void run(Tansu tansu, String port, Journal journal) throws Exception {
        Broker broker = new Broker(tansu, Map.of("storage.url", "memory://", "listener.port", port), journal);
        try {
            String servers = "localhost:" + broker.start(PATIENCE.toMillis());
            System.out.println("clients connect to " + servers);
            exchange(servers);
        } finally {
            // A broker that failed is stopped already; to stop it again does no harm. await throws why it failed, which
            // tells more than what a client made of it.
            broker.stop();
            try {
                broker.await(PATIENCE.toMillis());
            } finally {
                broker.free();
            }
        }
    }

    /** Creates a topic, produces, consumes, and compares. */
    private static void exchange(String servers) throws Exception {
        Map<String, Object> common = Map.of("bootstrap.servers", servers);
        try (Admin admin = Admin.create(common)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
        }

        Map<String, String> sent = new HashMap<>();
        try (var producer = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                sent.put("key-" + i, "value-" + i);
                acknowledged.add(producer.send(new ProducerRecord<>(TOPIC, "key-" + i, "value-" + i)));
            }
            for (var one : acknowledged) {
                one.get();
            }
        }

        int received = 0;
        try (var consumer = new KafkaConsumer<>(common, new StringDeserializer(), new StringDeserializer())) {
            var partitions = IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(TOPIC, p)).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (received < RECORDS && System.nanoTime() < deadline) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    received++;
                    if (!record.value().equals(sent.remove(record.key()))) {
                        throw new IllegalStateException(record.key() + " came back wrong, or twice");
                    }
                }
            }
        }
        if (!sent.isEmpty()) {
            throw new IllegalStateException(sent.size() + " records did not come back");
        }
        System.out.printf("produced %d, consumed %d, all equal%n", RECORDS, received);
    }

    /** Notes the events. They come on another thread than the one that prints them. */
    private static final class Journal implements Broker.Events {
        private final List<String> names = Collections.synchronizedList(new ArrayList<>());
        private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());

        private void note(String name) {
            names.add(name);
            threads.add(Thread.currentThread());
        }

        @Override
        public void started(int port) {
            note("started");
        }

        @Override
        public void stopped() {
            note("stopped");
        }

        @Override
        public void error(String message) {
            note("error");
        }

        @Override
        public void fatal(String message) {
            note("fatal");
        }

        @Override
        public void released() {
            note("release");
        }

        void print() {
            System.out.println("callbacks: " + String.join(", ", names));
            System.out.printf(
                    "counts: started %d, error %d, fatal %d, stopped %d, release %d%n",
                    count("started"), count("error"), count("fatal"), count("stopped"), count("release"));
            System.out.println("threads: " + threads.stream().distinct().map(Thread::getName).toList());
        }

        private int count(String name) {
            return Collections.frequency(names, name);
        }
    }
}
