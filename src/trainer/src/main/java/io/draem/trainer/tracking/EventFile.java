package io.draem.trainer.tracking;

import com.google.protobuf.CodedOutputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of events that TensorBoard reads while it is written. It is a sequence of records, each the message {@code Event} of
 * <a href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto">event.proto</a> between
 * its length and checksums; a record that is cut off at the end is ignored by readers.
 */
final class EventFile implements AutoCloseable {

    private static final String VERSION = "brain.Event:2";

    /** What TensorBoard requires in a file's name. */
    private static final String NAME = "events.out.tfevents.";

    private static final int EVENT_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_NUMBER = 2;
    private static final int VALUE_IMAGE = 4;
    private static final int VALUE_TENSOR = 8;
    private static final int VALUE_METADATA = 9;
    private static final int IMAGE_HEIGHT = 1;
    private static final int IMAGE_WIDTH = 2;
    private static final int IMAGE_COLORS = 3;
    private static final int IMAGE_FILE = 4;
    private static final int TENSOR_TYPE = 1;
    private static final int TENSOR_STRING = 8;
    private static final int METADATA_PLUGIN = 1;
    private static final int PLUGIN_NAME = 1;
    private static final int SESSION_STATUS = 1;

    private static final int SESSION_START = 1;
    private static final int STRINGS = 7;
    private static final int RGB = 3;

    private static final int CHECKSUM_ROTATION = 15;
    private static final int CHECKSUM_DELTA = 0xA282EAD8;

    private final OutputStream out;
    private final Clock clock;

    private interface Fields {

        void write(CodedOutputStream out) throws IOException;
    }

    private EventFile(OutputStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /**
     * Creates a file.
     *
     * @param done steps that earlier files of the folder hold: later ones of theirs are void; 0 where there are none
     */
    static EventFile create(Path folder, Clock clock, long done) throws IOException {
        long seconds = clock.instant().getEpochSecond();
        Path path = folder.resolve(
                NAME + seconds + "." + host() + "." + ProcessHandle.current().pid());
        EventFile file = new EventFile(
                new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.CREATE_NEW), 1 << 16), clock);
        try {
            file.write(0, event -> event.writeString(EVENT_VERSION, VERSION));
            if (done > 0) {
                file.write(
                        done + 1,
                        event ->
                                put(event, EVENT_SESSION, session -> session.writeEnum(SESSION_STATUS, SESSION_START)));
            }
            file.flush();
            return file;
        } catch (IOException e) {
            try {
                file.close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9-]", "_");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    void numbers(long step, Map<String, Double> numbers) throws IOException {
        write(
                step,
                event -> put(event, EVENT_SUMMARY, summary -> {
                    for (Map.Entry<String, Double> number : numbers.entrySet()) {
                        put(summary, SUMMARY_VALUE, value -> {
                            value.writeString(VALUE_TAG, number.getKey());
                            value.writeFloat(VALUE_NUMBER, number.getValue().floatValue());
                        });
                    }
                }));
    }

    void picture(long step, Picture picture) throws IOException {
        writeValue(
                step,
                picture.name(),
                value -> put(value, VALUE_IMAGE, image -> {
                    image.writeInt32(IMAGE_HEIGHT, picture.height());
                    image.writeInt32(IMAGE_WIDTH, picture.width());
                    image.writeInt32(IMAGE_COLORS, RGB);
                    image.writeByteArray(IMAGE_FILE, picture.png());
                }));
    }

    /** Writes a text in Markdown. */
    void text(long step, String tag, String markdown) throws IOException {
        writeValue(step, tag, value -> {
            put(value, VALUE_TENSOR, tensor -> {
                tensor.writeEnum(TENSOR_TYPE, STRINGS);
                tensor.writeByteArray(TENSOR_STRING, markdown.getBytes(StandardCharsets.UTF_8));
            });
            put(
                    value,
                    VALUE_METADATA,
                    metadata -> put(metadata, METADATA_PLUGIN, plugin -> plugin.writeString(PLUGIN_NAME, "text")));
        });
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void writeValue(long step, String tag, Fields content) throws IOException {
        write(
                step,
                event -> put(
                        event,
                        EVENT_SUMMARY,
                        summary -> put(summary, SUMMARY_VALUE, value -> {
                            value.writeString(VALUE_TAG, tag);
                            content.write(value);
                        })));
    }

    private void write(long step, Fields content) throws IOException {
        byte[] event = message(fields -> {
            fields.writeDouble(EVENT_TIME, clock.millis() / 1e3);
            fields.writeInt64(EVENT_STEP, step);
            content.write(fields);
        });
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        length.putLong(event.length);
        out.write(length.array());
        out.write(checksum(length.array()));
        out.write(event);
        out.write(checksum(event));
    }

    private static void put(CodedOutputStream out, int field, Fields content) throws IOException {
        out.writeByteArray(field, message(content));
    }

    private static byte[] message(Fields content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        content.write(out);
        out.flush();
        return bytes.toByteArray();
    }

    /** Returns the CRC-32C, rotated and moved since the content of a record may hold checksums itself (TFRecord). */
    private static byte[] checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int masked = Integer.rotateRight((int) crc.getValue(), CHECKSUM_ROTATION) + CHECKSUM_DELTA;
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(masked)
                .array();
    }
}
