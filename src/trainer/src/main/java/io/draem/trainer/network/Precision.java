package io.draem.trainer.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The arithmetic of a network. */
public enum Precision {
    FLOAT32(ScalarType.Float),

    /** Weights in float32, convolutions and other safe operations in bfloat16 (autocast). */
    BFLOAT16(ScalarType.Float),

    FLOAT64(ScalarType.Double);

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Pattern BFLOAT16_FLAGS = Pattern.compile("\\b(avx512_bf16|amx_bf16)\\b");

    private final ScalarType weights;

    Precision(ScalarType weights) {
        this.weights = weights;
    }

    /** Returns the element type of weights and outputs. */
    public ScalarType weights() {
        return weights;
    }

    /**
     * Returns whether this machine's processor multiplies in bfloat16 (AVX512-BF16 or AMX), without which {@link #BFLOAT16}
     * is slower than {@link #FLOAT32}; false where the system does not say (other than Linux).
     */
    public static boolean bfloat16IsFast() {
        return bfloat16IsFast(CPU_INFO);
    }

    static boolean bfloat16IsFast(Path cpuInfo) {
        try (Stream<String> lines = Files.lines(cpuInfo)) {
            return lines.anyMatch(line ->
                    line.startsWith("flags") && BFLOAT16_FLAGS.matcher(line).find());
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
