package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.loss.DraemLoss;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.network.TensorConversion;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class AdamTests {

    private static final NetworkOptions SMALL = new NetworkOptions(2, 2, true);

    @Test
    void aResumedTrainingEqualsAnUninterruptedOne() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork uninterrupted = network();
                Adam adam = new Adam(uninterrupted.namedParameters(), 1e-3)) {
            org.bytedeco.pytorch.Tensor images = torch.rand(2, 3, 32, 32);
            step(uninterrupted, adam, images);
            step(uninterrupted, adam, images);
            Map<String, Tensor> weights = uninterrupted.tensors();
            Map<String, Tensor> state = adam.state();
            step(uninterrupted, adam, images);

            try (DraemNetwork resumed = DraemNetwork.load(SMALL, weights)) {
                resumed.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast);
                resumed.train(true);
                try (Adam other = new Adam(resumed.namedParameters(), 1e-3)) {
                    other.restore(state);
                    step(resumed, other, images);
                    assertThat(other.steps()).isEqualTo(3);
                }
                Map<String, Tensor> expected = uninterrupted.tensors();
                assertThat(resumed.tensors())
                        .allSatisfy((name, tensor) -> assertThat(tensor.data())
                                .isEqualTo(expected.get(name).data()));
            }
        }
    }

    @Test
    void restoreNamesAMissingTensorAndChangesNothing() {
        try (DraemNetwork network = network();
                Adam adam = new Adam(network.namedParameters(), 1e-3)) {
            Map<String, Tensor> state = new HashMap<>(adam.state());
            String missing = "exp_avg_sq."
                    + network.namedParameters().keySet().iterator().next();
            state.remove(missing);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> adam.restore(state))
                    .withMessageContaining(missing);
        }
    }

    @Test
    void restoreNamesATensorOfNoParameter() {
        try (DraemNetwork network = network();
                Adam adam = new Adam(network.namedParameters(), 1e-3)) {
            Map<String, Tensor> state = new HashMap<>(adam.state());
            state.put("exp_avg.another", Tensor.of(new float[1], 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> adam.restore(state))
                    .withMessageContaining("exp_avg.another");
        }
    }

    @Test
    void clippedGradientsHaveTheNormAskedFor() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = network();
                Adam adam = new Adam(network.namedParameters(), 1e-3)) {
            backward(network, torch.rand(2, 3, 32, 32));
            double before = adam.clipGradients(1e-3);
            assertThat(before).isGreaterThan(1e-3);
            assertThat(adam.clipGradients(1)).isCloseTo(1e-3, within(1e-6));
        }
    }

    @Test
    void weightDecayTakesItsShareOffEveryWeightApartFromTheGradient() {
        Map<String, Tensor> plain;
        Map<String, Tensor> decayed;
        Map<String, Tensor> first;
        org.bytedeco.pytorch.Tensor images = torch.rand(2, 3, 32, 32);
        try (DraemNetwork network = network();
                Adam adam = new Adam(network.namedParameters(), 1e-3)) {
            first = network.tensors();
            step(network, adam, images);
            plain = network.tensors();
        }
        try (DraemNetwork network = network();
                Adam adam = new Adam(
                        network.namedParameters(),
                        1e-3,
                        new Adam.Options(OptimizerRule.ADAMW, 0.1, 0.9, 0.999, 1e-8))) {
            step(network, adam, images);
            decayed = network.tensors();
        }
        String weight = "reconstructive_subnetwork.encoder.block1.1.weight"; // batch norm: about 1
        double[] before = first.get(weight).toDoubles();
        double[] without = plain.get(weight).toDoubles();
        double[] with = decayed.get(weight).toDoubles();
        for (int i = 0; i < before.length; i++) {
            assertThat(without[i] - with[i]).isCloseTo(1e-3 * 0.1 * before[i], within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource(OptimizerRule.class)
    void stepsAreThoseOfTheFormulaWithAnyBetasEpsilonAndDecay(OptimizerRule rule) {
        double rate = 0.05;
        Adam.Options options = new Adam.Options(rule, 0.2, 0.7, 0.95, 0.3);
        double[] gradients = {0.5, -1.5, 0.01};
        double[] weights = {1, -2, 3};
        double[] mean = new double[3];
        double[] square = new double[3];
        try (PointerScope scope = new PointerScope()) {
            org.bytedeco.pytorch.Tensor parameter = org.bytedeco.pytorch.Tensor.create(weights.clone(), 3);
            parameter.set_requires_grad(true);
            try (Adam adam = new Adam(Map.of("weight", parameter), rate, options)) {
                for (int step = 1; step <= 3; step++) {
                    parameter
                            .mul(org.bytedeco.pytorch.Tensor.create(gradients, 3))
                            .sum()
                            .backward();
                    adam.step();
                    for (int i = 0; i < 3; i++) { // as torch.optim.Adam and AdamW document themselves
                        double gradient = gradients[i];
                        if (rule == OptimizerRule.ADAM) {
                            gradient += 0.2 * weights[i];
                        } else {
                            weights[i] -= rate * 0.2 * weights[i];
                        }
                        mean[i] = 0.7 * mean[i] + 0.3 * gradient;
                        square[i] = 0.95 * square[i] + 0.05 * gradient * gradient;
                        weights[i] -= rate
                                * mean[i]
                                / (1 - Math.pow(0.7, step))
                                / (Math.sqrt(square[i] / (1 - Math.pow(0.95, step))) + 0.3);
                    }
                }
            }
            double[] moved = TensorConversion.toHeap(parameter).toDoubles();
            for (int i = 0; i < 3; i++) {
                assertThat(moved[i]).isCloseTo(weights[i], within(1e-12));
            }
        }
    }

    @Test
    void stepsDoNotGatherNativeMemory() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(new NetworkOptions(4, 4, true), 0)) {
            network.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast);
            network.train(true);
            try (Adam adam = new Adam(network.namedParameters(), 1e-3)) {
                org.bytedeco.pytorch.Tensor images = torch.rand(4, 3, 64, 64);
                long activations = 50L * images.nbytes(); // what one leaked step would hold at the very least
                for (int i = 0; i < 5; i++) {
                    step(network, adam, images);
                }
                long before = Pointer.physicalBytes();
                for (int i = 0; i < 15; i++) {
                    step(network, adam, images);
                }
                assertThat(Pointer.physicalBytes() - before).isLessThan(10 * activations);
            }
        }
    }

    private static DraemNetwork network() {
        DraemNetwork network = DraemNetwork.create(SMALL, 0);
        network.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast);
        network.train(true);
        return network;
    }

    private static void step(DraemNetwork network, Adam adam, org.bytedeco.pytorch.Tensor images) {
        try (PointerScope scope = new PointerScope()) {
            backward(network, images);
            adam.step();
        }
    }

    private static void backward(DraemNetwork network, org.bytedeco.pytorch.Tensor images) {
        new DraemLoss(FocalLoss.BOTH, DraemLoss.SSPCAB_WEIGHT)
                .forward(network.forward(images), images, torch.ones(images.size(0), 1, images.size(2), images.size(3)))
                .total()
                .backward();
    }
}
