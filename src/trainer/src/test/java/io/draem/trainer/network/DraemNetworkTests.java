package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.checkpoint.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.Test;

class DraemNetworkTests {

    private static final NetworkOptions SMALL = new NetworkOptions(2, 3, true);
    private static final String CONVOLUTION = "reconstructive_subnetwork.encoder.block4.0.weight";

    @Test
    void theSameSeedGivesTheSameWeightsAndAnotherSeedOthers() {
        Map<String, Tensor> first = created(7);

        assertThat(created(7))
                .allSatisfy((name, tensor) ->
                        assertThat(tensor.data()).isEqualTo(first.get(name).data()));
        assertThat(GoldenCase.distance(created(8).get(CONVOLUTION), first.get(CONVOLUTION)))
                .isPositive();
    }

    @Test
    void theFirstWeightsAreThoseOfThePaper() {
        try (DraemNetwork network = DraemNetwork.create(new NetworkOptions(16, 16, false), 0)) {
            Map<String, Tensor> tensors = network.tensors();
            double[] convolution = tensors.get(CONVOLUTION).toDoubles();
            assertThat(Arrays.stream(convolution).average().orElseThrow()).isCloseTo(0, within(5e-4));
            assertThat(Math.sqrt(
                            Arrays.stream(convolution).map(w -> w * w).average().orElseThrow()))
                    .isCloseTo(0.02, within(5e-4));
            double[] norm = tensors.get("reconstructive_subnetwork.encoder.block4.1.weight")
                    .toDoubles();
            assertThat(Arrays.stream(norm).boxed().toList())
                    .allSatisfy(weight -> assertThat(weight).isCloseTo(1, within(0.1)));
            assertThat(tensors.get("discriminative_subnetwork.decoder_segment.fin_out.0.bias")
                            .toDoubles())
                    .containsOnly(0);
            assertThat(tensors.get("reconstructive_subnetwork.encoder.block4.1.running_var")
                            .toDoubles())
                    .containsOnly(1);
        }
    }

    @Test
    void loadGivesBackWhatTensorsGave() {
        Map<String, Tensor> tensors = created(3);
        try (DraemNetwork network = DraemNetwork.load(SMALL, tensors)) {
            network.convert(Precision.BFLOAT16, MemoryFormat.ChannelsLast);
            assertThat(network.tensors()).hasSameSizeAs(tensors).allSatisfy((name, tensor) -> {
                assertThat(tensor.shape()).isEqualTo(tensors.get(name).shape());
                assertThat(tensor.data()).isEqualTo(tensors.get(name).data());
            });
        }
    }

    @Test
    void loadNamesAMissingTensor() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(created(0));
        tensors.remove(CONVOLUTION);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemNetwork.load(SMALL, tensors))
                .withMessageContaining(CONVOLUTION);
    }

    @Test
    void loadNamesAnUnknownTensor() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(created(0));
        tensors.put("optimizer.step", Tensor.of(new float[1], 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemNetwork.load(SMALL, tensors))
                .withMessageContaining("optimizer.step");
    }

    @Test
    void loadNamesAMisshapedTensorAndBothShapes() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(created(0));
        tensors.put(CONVOLUTION, Tensor.of(new float[9], 1, 1, 3, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemNetwork.load(SMALL, tensors))
                .withMessageContainingAll(CONVOLUTION, "[1, 1, 3, 3]", "[16, 8, 3, 3]");
    }

    @Test
    void refusesImagesThatItCannotHalveFiveTimes() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(SMALL, 0)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> network.forward(torch.rand(1, 3, 64, 72)))
                    .withMessageContaining("[1, 3, 64, 72]");
        }
    }

    @Test
    void bfloat16AndChannelsLastComeCloseToFloat32() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(new NetworkOptions(8, 8, true), 1)) {
            org.bytedeco.pytorch.Tensor images = torch.rand(4, 3, 64, 64);
            network.train(true); // by batch statistics the values are of the size that they have in training
            NetworkOutput exact = network.forward(images);
            network.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast);
            assertThat(relativeError(exact.anomalyMap(), network.forward(images).anomalyMap()))
                    .isLessThan(1e-3);
            network.convert(Precision.BFLOAT16, MemoryFormat.ChannelsLast);
            NetworkOutput rounded = network.forward(images);

            // Untrained and on noise, the network amplifies even float32's rounding a thousandfold (seen: 0.04 in
            // bfloat16).
            assertThat(relativeError(exact.anomalyMap(), rounded.anomalyMap())).isBetween(1e-3, 0.15);
            assertThat(TensorConversion.toHeap(rounded.logits()).type()).isEqualTo(Tensor.Type.F32);
        }
    }

    @Test
    void bfloat16EndsWithTheForwardPass() {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(SMALL, 1)) {
            network.convert(Precision.BFLOAT16, MemoryFormat.ChannelsLast);
            network.forward(torch.rand(1, 3, 32, 32));
            assertThat(torch.is_autocast_enabled(torch.DeviceType.CPU)).isFalse();
        }
    }

    @Test
    void theFirstWeightsMayBeThoseOfTorchsLayers() {
        try (DraemNetwork network = DraemNetwork.create(new NetworkOptions(16, 16, false), Initialization.PYTORCH, 0)) {
            Map<String, Tensor> tensors = network.tensors();
            double[] weight = tensors.get(CONVOLUTION).toDoubles();
            double bound = 1 / Math.sqrt(tensors.get(CONVOLUTION).shape()[1] * 9);
            double[] bias = tensors.get(CONVOLUTION.replace("weight", "bias")).toDoubles();
            assertThat(Arrays.stream(weight).map(Math::abs).max().orElseThrow()).isCloseTo(bound, within(bound / 100));
            assertThat(Arrays.stream(bias).map(Math::abs).max().orElseThrow()).isBetween(bound / 2, bound);
            String norm = CONVOLUTION.replace("block4.0", "block4.1");
            assertThat(tensors.get(norm).toDoubles()).containsOnly(1);
            assertThat(tensors.get(norm.replace("weight", "bias")).toDoubles()).containsOnly(0);
        }
    }

    @Test
    void theFirstMapMayExpectFewAnomalousPixels() {
        String bias = "discriminative_subnetwork.decoder_segment.fin_out.0.bias";
        NetworkOptions options = new NetworkOptions(8, 8, false);
        try (PointerScope scope = new PointerScope();
                DraemNetwork paper = DraemNetwork.create(options, Initialization.PAPER, 3);
                DraemNetwork prior = DraemNetwork.create(options, Initialization.PRIOR, 3)) {
            Map<String, Tensor> expected = new HashMap<>(paper.tensors());
            Map<String, Tensor> tensors = new HashMap<>(prior.tensors());
            double[] biases = tensors.remove(bias).toDoubles();
            assertThat(1 / (1 + Math.exp(biases[0] - biases[1]))).isCloseTo(0.02, within(1e-6));
            assertThat(expected.remove(bias).toDoubles()).containsOnly(0);
            assertThat(tensors.keySet()).isEqualTo(expected.keySet());
            tensors.forEach((name, tensor) -> assertThat(tensor.data())
                    .as(name)
                    .isEqualTo(expected.get(name).data()));
            org.bytedeco.pytorch.Tensor images = torch.rand(2, 3, 64, 64);
            prior.train(true);
            assertThat(prior.forward(images).anomalyMap().mean().item_double()).isBetween(0.01, 0.04);
        }
    }

    @Test
    void thePretrainedWeightsAreTheSameForEverySeedAndSegmentAnomaliesThatTheyHaveNotSeen() {
        NetworkOptions options = new NetworkOptions(16, 16, false);
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.create(options, Initialization.PRETRAINED, 1);
                DraemNetwork other = DraemNetwork.create(options, Initialization.PRETRAINED, 2)) {
            Map<String, Tensor> tensors = network.tensors();
            assertThat(other.tensors())
                    .allSatisfy((name, tensor) -> assertThat(tensor.data())
                            .as(name)
                            .isEqualTo(tensors.get(name).data()));
            assertThat(network.isFinite()).isTrue();

            // A gray surface with fine grain and a dark bar.
            Generator random = torch.make_generator_cpu(5);
            org.bytedeco.pytorch.Tensor image = torch.full(new long[] {1, 3, 128, 128}, new Scalar(0.5));
            image.add_(torch.zeros(1, 1, 128, 128).normal_(0, 0.02, new GeneratorOptional(random)));
            part(image.select(0, 0), 40, 90, 60, 68).sub_(new Scalar(0.25));
            org.bytedeco.pytorch.Tensor map = network.forward(image).anomalyMap();
            double inside = part(map, 45, 85, 62, 66).mean().item_double();
            double outside = part(map, 0, 128, 0, 40).mean().item_double();
            assertThat(inside).isGreaterThan(outside + 0.2);
        }
    }

    @Test
    void thereArePretrainedWeightsForOneNetworkAlone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DraemNetwork.create(SMALL, Initialization.PRETRAINED, 0))
                .withMessageContainingAll(
                        "--base-width 16 --discriminative-base-width 16", "--base-width 2", "--sspcab");
        assertThat(Initialization.PRETRAINED.digest()).matches("[0-9a-f]{64}");
        assertThat(Initialization.PAPER.digest()).isEmpty();
    }

    /** Returns a view of some rows and columns of {@code [channels, height, width]}. */
    private static org.bytedeco.pytorch.Tensor part(
            org.bytedeco.pytorch.Tensor pixels, int top, int bottom, int left, int right) {
        return pixels.slice(1, new LongOptional(top), new LongOptional(bottom), 1)
                .slice(2, new LongOptional(left), new LongOptional(right), 1);
    }

    private static double relativeError(org.bytedeco.pytorch.Tensor exact, org.bytedeco.pytorch.Tensor other) {
        return other.sub(exact).norm().item_double() / exact.norm().item_double();
    }

    private static Map<String, Tensor> created(long seed) {
        try (DraemNetwork network = DraemNetwork.create(SMALL, seed)) {
            return network.tensors();
        }
    }
}
