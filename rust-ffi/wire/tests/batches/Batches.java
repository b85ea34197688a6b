import java.nio.ByteBuffer;
import java.nio.file.*;
import java.util.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.*;

/**
 * Record batches made by Kafka's own producer code, and Kafka's verdict on others.
 *
 * java -cp 'LIB/*' Batches.java make DIR       (LIB: kafka-clients 4.3.1 and what it needs)
 * java -cp 'LIB/*' Batches.java ask FILE...    (LIB: kafka-storage 4.3.1 and what it needs)
 */
public class Batches {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("make")) make(Path.of(args[1]));
        else for (String file : Arrays.copyOfRange(args, 1, args.length)) {
            System.out.println(Path.of(file).getFileName() + " " + ask(Files.readAllBytes(Path.of(file))));
        }
    }

    static void make(Path dir) throws Exception {
        Map<String, Compression> codecs = new LinkedHashMap<>();
        codecs.put("plain", Compression.NONE);
        codecs.put("gzip", Compression.gzip().build());
        codecs.put("snappy", Compression.snappy().build());
        codecs.put("lz4", Compression.lz4().build());
        codecs.put("zstd", Compression.zstd().build());
        codecs.put("zstd-22", Compression.zstd().level(22).build());
        for (var codec : codecs.entrySet()) {
            write(dir, codec.getKey(), builder((byte) 2, codec.getValue(), false, false), 3);
        }
        write(dir, "transactional", builder((byte) 2, Compression.NONE, true, false), 3);
        MemoryRecordsBuilder marker = builder((byte) 2, Compression.NONE, true, true);
        marker.appendEndTxnMarker(1_700_000_000_000L, new EndTransactionMarker(ControlRecordType.COMMIT, 5));
        save(dir, "marker", marker.build().buffer());
        write(dir, "magic-0", builder((byte) 0, Compression.NONE, false, false), 1);
        write(dir, "magic-1", builder((byte) 1, Compression.NONE, false, false), 1);
    }

    static MemoryRecordsBuilder builder(byte magic, Compression compression, boolean transactional, boolean control) {
        return new MemoryRecordsBuilder(ByteBuffer.allocate(1 << 16), magic, compression,
            TimestampType.CREATE_TIME, 0, RecordBatch.NO_TIMESTAMP, transactional ? 4711 : -1,
            (short) (transactional ? 3 : -1), transactional ? (control ? -1 : 12) : -1, transactional, control, -1,
            1 << 16);
    }

    static void write(Path dir, String name, MemoryRecordsBuilder builder, int records) throws Exception {
        Header[] headers = {new RecordHeader("trace", "42".getBytes()), new RecordHeader("empty", (byte[]) null)};
        builder.append(1_700_000_000_000L, "key".getBytes(), "value".repeat(40).getBytes(),
            builder.magic() == 2 ? headers : new Header[0]);
        if (records > 1) {
            builder.append(1_700_000_000_007L, (byte[]) null, "no key".getBytes());
            builder.append(1_699_999_999_999L, "deleted".getBytes(), null);
        }
        save(dir, name, builder.build().buffer());
    }

    static void save(Path dir, String name, ByteBuffer buffer) throws Exception {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        Files.write(dir.resolve(name + ".bin"), bytes);
    }

    /** The way of a batch through a broker: the request's check, the log's, the record validator's. */
    static String ask(byte[] bytes) {
        try {
            MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
            ProduceRequest.validateRecords((short) 13, records);
            CompressionType type = CompressionType.NONE;
            for (MutableRecordBatch batch : records.batches()) {
                if (batch.baseOffset() != 0) return "INVALID_RECORD (UnifiedLog: base offset)";
                batch.ensureValid();
                type = batch.compressionType();
            }
            new org.apache.kafka.storage.internals.log.LogValidator(records, new TopicPartition("t", 0), Time.SYSTEM,
                type, Compression.of(type).build(), false, (byte) 2, TimestampType.CREATE_TIME, Long.MAX_VALUE,
                Long.MAX_VALUE, 0, org.apache.kafka.storage.internals.log.AppendOrigin.CLIENT)
                .validateMessagesAndAssignOffsets(PrimitiveRef.ofLong(100), recorder(), BufferSupplier.NO_CACHING);
            return "NONE";
        } catch (Throwable error) {
            return Errors.forException(error) + " (" + error + ")";
        }
    }

    static org.apache.kafka.storage.internals.log.LogValidator.MetricsRecorder recorder() {
        return (org.apache.kafka.storage.internals.log.LogValidator.MetricsRecorder) java.lang.reflect.Proxy
            .newProxyInstance(Batches.class.getClassLoader(),
                new Class<?>[] {org.apache.kafka.storage.internals.log.LogValidator.MetricsRecorder.class},
                (proxy, method, arguments) -> null);
    }
}
