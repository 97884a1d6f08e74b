package io.draem.trainer.onnxexport;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A graph that was not published since it does not give what its network gives; the message names the figures. */
public final class ExportRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final @Nullable Parity parity;

    /**
     * @param file what the message names: where people would have found the graph
     */
    ExportRefusedException(Path file, Parity parity, double tolerance) {
        super(String.format(
                Locale.ROOT,
                "%s was not written: libtorch and ONNX Runtime differ on %d images by %.3g (score), %.3g (anomaly map) and"
                        + " %.3g (reconstruction), and %.0e is allowed. Give the exporter the same weights that gave the"
                        + " reference, run the reference in evaluation mode and in float32 (no bfloat16, no TF32), and"
                        + " try again.",
                file,
                parity.images(),
                parity.score(),
                parity.map(),
                parity.reconstruction(),
                tolerance));
        this.parity = parity;
    }

    ExportRefusedException(Path file, ExportFormat format) {
        super(file + " was not written: its activations are too large for " + format + ". Export it as fp32 or int8.");
        this.parity = null;
    }

    /** Returns how far the two were apart; null where the format itself was at fault. */
    public @Nullable Parity parity() {
        return parity;
    }
}
