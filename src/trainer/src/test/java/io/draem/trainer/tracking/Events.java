package io.draem.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Reads event files as <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">TFRecord</a> describes them. */
public final class Events {

    /**
     * A value of a summary.
     *
     * @param number of a scalar; NaN of a picture or text
     * @param png of a picture; empty otherwise
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Value(long step, String tag, float number, byte[] png) {}

    private Events() {}

    /** Returns the only file of the only run below a folder. */
    public static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> found = files.filter(Files::isRegularFile).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    /** Returns the values of a file, after all its checksums were compared. */
    public static List<Value> read(Path file) throws IOException {
        List<Value> values = new ArrayList<>();
        for (UnknownFieldSet event : records(file)) {
            long step = event.getField(2).getVarintList().stream().findFirst().orElse(0L);
            for (var summary : event.getField(5).getLengthDelimitedList()) {
                for (var bytes : UnknownFieldSet.parseFrom(summary).getField(1).getLengthDelimitedList()) {
                    values.add(value(step, UnknownFieldSet.parseFrom(bytes)));
                }
            }
        }
        return values;
    }

    private static Value value(long step, UnknownFieldSet value) throws IOException {
        String tag = value.getField(1).getLengthDelimitedList().get(0).toStringUtf8();
        float number = value.getField(2).getFixed32List().stream()
                .map(Float::intBitsToFloat)
                .findFirst()
                .orElse(Float.NaN);
        byte[] png = {};
        for (var image : value.getField(4).getLengthDelimitedList()) {
            png = UnknownFieldSet.parseFrom(image)
                    .getField(4)
                    .getLengthDelimitedList()
                    .get(0)
                    .toByteArray();
        }
        return new Value(step, tag, number, png);
    }

    static List<UnknownFieldSet> records(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<UnknownFieldSet> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = next(in, Long.BYTES);
            byte[] event = next(
                    in,
                    Math.toIntExact(ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()));
            events.add(UnknownFieldSet.parseFrom(event));
        }
        return events;
    }

    private static byte[] next(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        assertThat(in.getInt()).as("checksum").isEqualTo(masked(bytes));
        return Arrays.copyOf(bytes, length);
    }

    /** The formula of the format's description: {@code ((crc >> 15) | (crc << 17)) + 0xa282ead8}. */
    static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        long value = crc.getValue();
        return (int) (((value >> 15) | (value << 17)) + 0xa282ead8L);
    }
}
