package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The network in evaluation mode against anomalib's. */
class NetworkGoldenTests {

    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({"eval,Contiguous", "eval,ChannelsLast", "eval_sspcab,Contiguous", "eval_sspcab,ChannelsLast"})
    void givesWhatAnomalibGives(String name, MemoryFormat format) throws IOException {
        GoldenCase golden = GoldenCase.read(name);
        try (PointerScope scope = new PointerScope();
                DraemNetwork network =
                        DraemNetwork.load(golden.options(), golden.weights().tensors())) {
            network.convert(Precision.FLOAT32, format);

            NetworkOutput output = network.forward(TensorConversion.toNative(golden.tensor("input")));

            assertClose(golden, "reconstruction", output.reconstruction());
            assertClose(golden, "logits", output.logits());
            assertClose(golden, "anomaly_map", output.anomalyMap());
            assertClose(golden, "pred_score", output.imageScore(ImageScore.MAXIMUM));
        }
    }

    private static void assertClose(GoldenCase golden, String name, Tensor actual) {
        assertThat(GoldenCase.distance(TensorConversion.toHeap(actual), golden.tensor(name)))
                .as(name)
                .isLessThan(TOLERANCE);
    }
}
