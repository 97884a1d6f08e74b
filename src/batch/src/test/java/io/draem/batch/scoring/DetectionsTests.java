package io.draem.batch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.Frame;
import io.draem.frame.FrameImage;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScore;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.image.OpenedImage;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.score.AnomalyMap;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectionsTests {

    @Test
    void anImageThatMakesTheRunFailCostsNoOtherItsScore() throws Exception {
        ModelCard card;
        try (OnnxModel model = new ModelOpener(ExecutionOptions.cpu(1, 1))
                .open(GraphFile.read(TestModels.graph(), Long.MAX_VALUE))
                .get(0)) {
            card = model.card();
        }
        OpenedImage opened =
                new ImageDecoder(new ImageLimits(512L << 20, 250_000_000L)).open(Files.readAllBytes(TestModels.good()));
        FramePlan plan = FramePlan.of(
                card.framing(),
                card.input(),
                opened.header().uprightWidth(),
                opened.header().uprightHeight(),
                null);
        Frame frame = FrameImage.decode(opened, plan, card.whiteLevel(), false).frame();
        List<Integer> runs = new ArrayList<>();
        FrameDetector detector = new FrameDetector(
                (images, count) -> {
                    runs.add(count);
                    if (count > 1 || runs.size() == 3) {
                        throw new IllegalStateException("no memory");
                    }
                    float[] map = new float[plan.input().pixels()];
                    return List.of(new ModelOutput(
                            0.5f,
                            new AnomalyMap(plan.input().width(), plan.input().height(), map),
                            null));
                },
                FrameScore.GRAPH,
                4);

        List<FrameDetector.Detection> detections = Detections.of(detector, List.of(frame, frame, frame));

        assertThat(runs).containsExactly(3, 1, 1, 1);
        assertThat(detections)
                .extracting(FrameDetector.Detection::problem)
                .containsExactly(null, "The run of the model failed: no memory", null);
        assertThat(detections.get(2).result()).isNotNull();
        assertThat(Detections.of(detector, List.of())).isEmpty();
    }
}
