import java.io.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.protocol.types.*;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Random messages written by Kafka's own generated classes, as a corpus for ours.
 *
 * java -cp 'LIB/*' Corpus.java FRAMES_PER_VERSION SEED OUT   (LIB: kafka-clients 4.3.1 and what it needs)
 *
 * Each frame: kind (0 request, 1 response), key, version, length, body; big-endian.
 */
public class Corpus {
    static Random random;

    public static void main(String[] args) throws Exception {
        int each = Integer.parseInt(args[0]);
        random = new Random(Long.parseLong(args[1]));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(args[2])));
        int frames = 0;
        for (ApiMessageType api : ApiMessageType.values()) {
            if (!api.listeners().contains(ApiMessageType.ListenerType.BROKER)) continue;
            for (int kind = 0; kind < 2; kind++) {
                Schema[] schemas = kind == 0 ? api.requestSchemas() : api.responseSchemas();
                for (short version = 0; version < schemas.length; version++) {
                    if (schemas[version] == null) continue;
                    for (int i = 0; i < each; i++) {
                        byte[] body = frame(api, kind, version, schemas[version]);
                        out.writeByte(kind);
                        out.writeShort(api.apiKey());
                        out.writeShort(version);
                        out.writeInt(body.length);
                        out.write(body);
                        frames++;
                    }
                }
            }
        }
        out.close();
        System.out.println(frames + " frames");
    }

    /** A random struct of the schema, read and written again by the message's own class. */
    static byte[] frame(ApiMessageType api, int kind, short version, Schema schema) {
        Object struct = value(schema, 0);
        ByteBuffer buffer = ByteBuffer.allocate(schema.sizeOf(struct));
        schema.write(buffer, struct);
        buffer.flip();
        ApiMessage message = kind == 0 ? api.newRequest() : api.newResponse();
        message.read(new ByteBufferAccessor(buffer), version);
        if (buffer.hasRemaining()) throw new IllegalStateException(api + " did not read all");
        return MessageUtil.toByteBufferAccessor(message, version).buffer().array();
    }

    static Object value(Type type, int depth) {
        if (type.isNullable() && random.nextInt(5) == 0) return null;
        if (type instanceof Schema schema) {
            Struct struct = new Struct(schema);
            for (BoundField field : schema.fields()) {
                struct.set(field, value(field.def.type, depth + 1));
            }
            return struct;
        }
        if (type instanceof TaggedFields tagged) {
            NavigableMap<Integer, Object> values = new TreeMap<>();
            tagged.fields().forEach((tag, field) -> {
                if (random.nextInt(10) < 6) values.put(tag, value(field.type, depth + 1));
            });
            return values;
        }
        if (type.isArray()) {
            int length = random.nextInt(depth < 4 ? 4 : 2);
            Object[] array = new Object[length];
            for (int i = 0; i < length; i++) array[i] = value(type.arrayElementType().get(), depth + 1);
            return array;
        }
        if (type == Type.BOOLEAN) return random.nextBoolean();
        if (type == Type.INT8) return (byte) random.nextInt();
        if (type == Type.INT16) return (short) random.nextInt();
        if (type == Type.UINT16) return random.nextInt(65536);
        if (type == Type.INT32) return random.nextInt();
        if (type == Type.UNSIGNED_INT32) return (long) random.nextInt() & 0xffffffffL;
        if (type == Type.INT64) return random.nextLong();
        if (type == Type.FLOAT64) return random.nextDouble();
        if (type == Type.UUID) return new Uuid(random.nextLong(), random.nextLong());
        String name = type.toString();
        if (name.contains("STRING")) return text();
        if (name.contains("RECORDS")) return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes()));
        if (name.contains("BYTES")) return ByteBuffer.wrap(bytes());
        throw new IllegalStateException("no value for " + type + " " + type.getClass());
    }

    static byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(12) == 0 ? 150 : random.nextInt(8)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Also beyond ASCII, and sometimes long enough for a compact length of two bytes. */
    static String text() {
        String alphabet = "abcxyz-._09\u00e9\u4e2d";
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(15) == 0 ? 140 : random.nextInt(7);
        for (int i = 0; i < length; i++) text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        return text.toString();
    }
}
