package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.checkpoint.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class BatchNormStatisticsTests {

    private static final String FIRST = "reconstructive_subnetwork.encoder.block1.";

    @Test
    void areTheMeansOverTheBatchesOfWhatTheConvolutionGives() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(new NetworkOptions(3, 2, false), 5)) {
            List<org.bytedeco.pytorch.Tensor> batches =
                    Stream.generate(() -> torch.rand(4, 3, 32, 32)).limit(3).toList();
            disturb(network);

            BatchNormStatistics.recompute(network, batches);

            double[] means = new double[3];
            double[] variances = new double[3];
            for (org.bytedeco.pytorch.Tensor batch : batches) {
                org.bytedeco.pytorch.Tensor features = torch.conv2d(
                                batch,
                                network.namedParameters().get(FIRST + "0.weight"),
                                new TensorOptional(network.namedParameters().get(FIRST + "0.bias")),
                                new long[] {1, 1},
                                new long[] {1, 1},
                                new long[] {1, 1},
                                1)
                        .transpose(0, 1)
                        .flatten(1, -1);
                for (int channel = 0; channel < 3; channel++) {
                    means[channel] += features.select(0, channel).mean().item_double() / batches.size();
                    variances[channel] += features.select(0, channel).var(true).item_double() / batches.size();
                }
            }
            Map<String, Tensor> tensors = network.tensors();
            assertThat(tensors.get(FIRST + "1.running_mean").toDoubles()).containsExactly(means, within(1e-5));
            assertThat(tensors.get(FIRST + "1.running_var").toDoubles()).containsExactly(variances, within(1e-5));
            assertThat(tensors.get(FIRST + "1.num_batches_tracked").data().getLong())
                    .isEqualTo(3);
        }
    }

    @Test
    void leaveModeAndWeightsAsTheyWere() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(new NetworkOptions(2, 2, true), 5)) {
            Map<String, Tensor> before = network.tensors();
            BatchNormStatistics.recompute(network, List.of(torch.rand(2, 3, 32, 32)));

            assertThat(network.isTraining()).isFalse();
            Map<String, Tensor> after = network.tensors();
            assertThat(network.namedParameters().keySet())
                    .allSatisfy(name -> assertThat(after.get(name).data())
                            .isEqualTo(before.get(name).data()));
            assertThat(network.parameters().get(0).grad().defined()).isFalse();
        }
    }

    @Test
    void needABatch() {
        try (DraemNetwork network = DraemNetwork.create(new NetworkOptions(2, 2, false), 5)) {
            assertThatIllegalArgumentException().isThrownBy(() -> BatchNormStatistics.recompute(network, List.of()));
        }
    }

    /** Leaves running statistics behind that have nothing to do with the batches that follow. */
    private static void disturb(DraemNetwork network) {
        network.train(true);
        network.forward(torch.rand(4, 3, 32, 32).mul(new org.bytedeco.pytorch.Scalar(100.0)));
        network.train(false);
    }
}
