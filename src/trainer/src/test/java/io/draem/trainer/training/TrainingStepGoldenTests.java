package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.loss.DraemLoss;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.loss.LossParts;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.GoldenCase;
import io.draem.trainer.network.NetworkOutput;
import io.draem.trainer.network.Precision;
import io.draem.trainer.network.TensorConversion;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Losses, gradients and optimizer steps in double precision against anomalib's. */
class TrainingStepGoldenTests {

    @ParameterizedTest
    @CsvSource({"train,Contiguous", "train,ChannelsLast", "train_sspcab,Contiguous", "train_sspcab,ChannelsLast"})
    void threeStepsGiveTheSameLossesAndWeights(String name, MemoryFormat format) throws IOException {
        GoldenCase golden = GoldenCase.read(name);
        JsonNode losses = golden.description().get("losses");
        try (DraemNetwork network =
                DraemNetwork.load(golden.options(), golden.weights().tensors())) {
            network.convert(Precision.FLOAT64, format);
            network.train(true);
            double learningRate = golden.description().get("learning_rate").asDouble();
            try (Adam adam = new Adam(network.namedParameters(), learningRate)) {
                for (int step = 0; step < golden.description().get("steps").asInt(); step++) {
                    try (PointerScope scope = new PointerScope()) {
                        DraemLoss.Parts parts = loss(golden, network, FocalLoss.BOTH);
                        assertLoss(parts.read(), losses.get(step));
                        parts.total().backward();
                        adam.step();
                    }
                }
            }
            assertWeights(
                    network.tensors(),
                    Safetensors.read(golden.folder().resolve("weights_after.safetensors"))
                            .tensors());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "train_sspcab"})
    void oneStepGivesTheSameOutputsAndGradients(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(name);
        try (DraemNetwork network =
                        DraemNetwork.load(golden.options(), golden.weights().tensors());
                PointerScope scope = new PointerScope()) {
            network.train(true);
            NetworkOutput output = network.forward(TensorConversion.toNative(golden.tensor("augmented")));
            assertThat(distance(output.reconstruction(), golden.tensor("reconstruction")))
                    .isLessThan(1e-8);
            assertThat(distance(output.logits(), golden.tensor("logits"))).isLessThan(1e-8);

            criterion(golden, FocalLoss.BOTH)
                    .forward(
                            output,
                            TensorConversion.toNative(golden.tensor("clean")),
                            TensorConversion.toNative(golden.tensor("mask")))
                    .total()
                    .backward();

            Set<String> norms = golden.weights().tensors().keySet();
            network.namedParameters().forEach((parameter, tensor) -> {
                Tensor expected = golden.tensor("grad." + parameter);
                double largest =
                        Arrays.stream(expected.toDoubles()).map(Math::abs).max().orElse(0);
                assertThat(distance(tensor.grad(), expected))
                        .as(parameter)
                        .isLessThan(feedsBatchNorm(parameter, norms) ? 1e-9 : 1e-3 * largest);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "train_sspcab"})
    void theOneSidedFocalLossIsThatOfTheReference(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(name);
        try (DraemNetwork network =
                        DraemNetwork.load(golden.options(), golden.weights().tensors());
                PointerScope scope = new PointerScope()) {
            network.train(true);
            double expected = golden.description()
                    .get("losses")
                    .get(0)
                    .get("anomalib_2_7_focal")
                    .asDouble();
            assertThat(loss(golden, network, FocalLoss.ANOMALOUS).read().focal())
                    .isCloseTo(expected, within(1e-8));
        }
    }

    private static DraemLoss.Parts loss(GoldenCase golden, DraemNetwork network, FocalLoss focal) {
        return criterion(golden, focal)
                .forward(
                        network.forward(TensorConversion.toNative(golden.tensor("augmented"))),
                        TensorConversion.toNative(golden.tensor("clean")),
                        TensorConversion.toNative(golden.tensor("mask")));
    }

    private static DraemLoss criterion(GoldenCase golden, FocalLoss focal) {
        return new DraemLoss(focal, golden.description().get("sspcab_lambda").asDouble());
    }

    private static void assertLoss(LossParts actual, JsonNode expected) {
        assertThat(actual.l2()).as("l2").isCloseTo(expected.get("l2").asDouble(), within(1e-8));
        assertThat(actual.ssim()).as("ssim").isCloseTo(expected.get("ssim").asDouble(), within(1e-8));
        assertThat(actual.focal()).as("focal").isCloseTo(expected.get("focal").asDouble(), within(1e-8));
        assertThat(actual.total()).as("total").isCloseTo(expected.get("total").asDouble(), within(1e-8));
        if (expected.has("sspcab")) {
            assertThat(actual.sspcab())
                    .as("sspcab")
                    .isCloseTo(expected.get("sspcab").asDouble(), within(1e-8));
        }
    }

    private static void assertWeights(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, tensor) -> {
            if (tensor.type() == Tensor.Type.I64) {
                assertThat(actual.get(name).data()).as(name).isEqualTo(tensor.data());
            } else {
                assertThat(GoldenCase.distance(actual.get(name), tensor))
                        .as(name)
                        .isLessThan(1e-7);
            }
        });
    }

    /** The bias of a convolution at position p of a block whose position p + 1 is a batch norm. */
    private static boolean feedsBatchNorm(String parameter, Set<String> names) {
        String[] parts = parameter.split("\\.");
        int last = parts.length - 1;
        if (!parts[last].equals("bias") || !parts[last - 1].matches("\\d+")) {
            return false;
        }
        String block = String.join(".", Arrays.copyOf(parts, last - 1));
        return names.contains(block + "." + (Integer.parseInt(parts[last - 1]) + 1) + ".running_mean");
    }

    private static double distance(org.bytedeco.pytorch.Tensor actual, Tensor expected) {
        return GoldenCase.distance(TensorConversion.toHeap(actual), expected);
    }
}
