package io.draem.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads files that were changed at random; {@code -Dfuzz.rounds=N} reads more of them. */
@Tag("slow")
class SafetensorsFuzzTests {

    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2_000);
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern VALUE = Pattern.compile("\"[^\"]*\"|\\[[^\\[\\]]*\\]|\\d+");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "1",
            "7",
            "2147483648",
            "4611686018427387904",
            "9223372036854775807",
            "9223372036854775808",
            "1e9",
            "1e999999999",
            "0.5",
            "9".repeat(2_000),
            "NaN");
    private static final List<String> VALUES = List.of(
            "null",
            "[]",
            "{}",
            "\"\"",
            "true",
            "\"F64\"",
            "\"BOOL\"",
            "[0,0]",
            "[0,24]",
            "[1,1,1]",
            "[" + "1,".repeat(10_000) + "1]",
            "[".repeat(10_000) + "]".repeat(10_000),
            "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000));

    @TempDir
    private Path folder;

    @Test
    @Timeout(20)
    void refusesWhatIsNoRegularFileWithoutOpeningIt(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe.safetensors");
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
        assertThatThrownBy(() -> Safetensors.read(pipe))
                .hasMessage(pipe + " is a named pipe: it must be a regular file");
        assertThatThrownBy(() -> Safetensors.read(folder))
                .hasMessage(folder + " is a folder: it must be a regular file");
    }

    @Test
    void everyChangedFileIsReadOrRefusedWithinTheMemoryThatItsSizeAllows() throws IOException {
        Path file = folder.resolve("fuzzed.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        tensors.put("count", new Tensor(Tensor.Type.I64, new long[0], ByteBuffer.allocate(8)));
        tensors.put("mask", new Tensor(Tensor.Type.BOOL, new long[] {5}, ByteBuffer.allocate(5)));
        new Safetensors(tensors, Map.of("format", "pt", "state", "{\"step\":12}")).write(file);
        byte[] whole = Files.readAllBytes(file);
        Safetensors.read(file); // loads the classes, whose memory does not count
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] changed = change(whole, new SplittableRandom(round));
            Files.write(file, changed);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                Safetensors result = Safetensors.read(file);
                long data = result.tensors().values().stream()
                        .mapToLong(tensor -> tensor.data().remaining())
                        .sum();
                assertThat(data).as("round %d", round).isLessThan(changed.length);
                read++;
            } catch (TensorFileException e) {
                assertThat(e).hasMessageStartingWith("fuzzed.safetensors is not a usable safetensors file: ");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("Round " + round, e);
            }
            // JSON takes some tens of times its text as objects; a length that was believed would take far more.
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("round %d, %d bytes", round, changed.length)
                    .isLessThan(4L << 20 | 64L * changed.length);
        }
        assertThat(read).as("some changes hit data or metadata alone").isBetween(1, ROUNDS / 2);
    }

    private static byte[] change(byte[] whole, SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(whole, random.nextInt(whole.length + 64));
            case 1 -> {
                byte[] changed = whole.clone();
                for (int i = random.nextInt(1, 6); i > 0; i--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                }
                yield changed;
            }
            case 2 -> {
                byte[] changed = whole.clone();
                ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length(random, whole.length));
                yield changed;
            }
            case 3 -> withHeader(whole, replaceOne(header(whole), NUMBER, NUMBERS, random));
            case 4 -> withHeader(whole, replaceOne(header(whole), VALUE, VALUES, random));
            default -> withHeader(whole, header(whole).replaceFirst("\\{", "{" + more(random)));
        };
    }

    private static long length(SplittableRandom random, int size) {
        return random.nextBoolean() ? random.nextLong() : random.nextLong(-2, size + 2L);
    }

    /** Returns an entry more: a name that is there already, one on others' data, an empty one. */
    private static String more(SplittableRandom random) {
        String name = List.of("weight", "mask", "other", "__metadata__", "").get(random.nextInt(5));
        long begin = random.nextLong(40);
        long end = begin + 4 * random.nextLong(10);
        return "\"%s\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]},"
                .formatted(name, (end - begin) / 4, begin, end);
    }

    private static String replaceOne(String text, Pattern pattern, List<String> with, SplittableRandom random) {
        List<MatchResult> matches = pattern.matcher(text).results().toList();
        MatchResult one = matches.get(random.nextInt(matches.size()));
        return text.substring(0, one.start()) + with.get(random.nextInt(with.size())) + text.substring(one.end());
    }

    private static int headerLength(byte[] whole) {
        return (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    private static String header(byte[] whole) {
        return new String(whole, 8, headerLength(whole), StandardCharsets.UTF_8);
    }

    private static byte[] withHeader(byte[] whole, String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        int dataStart = 8 + headerLength(whole);
        ByteBuffer changed =
                ByteBuffer.allocate(8 + json.length + whole.length - dataStart).order(ByteOrder.LITTLE_ENDIAN);
        changed.putLong(json.length).put(json).put(whole, dataStart, whole.length - dataStart);
        return changed.array();
    }
}
