package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconstructionErrorTests {

    private static final int WIDTH = 64;
    private static final int HEIGHT = 32;

    @Test
    void grainWithinAnAreaIsNoDifference() {
        float[] gray = image((x, y) -> 0.5f);
        assertThat(ReconstructionError.square(image((x, y) -> 0.4f + 0.2f * ((x + y) % 2)), gray, WIDTH, HEIGHT))
                .isCloseTo(0, within(1e-12));
        assertThat(ReconstructionError.square(image((x, y) -> 0.6f), gray, WIDTH, HEIGHT))
                .isCloseTo(0.01, within(1e-6));
        assertThat(ReconstructionError.square(
                        image((x, y) -> x >= 8 && x < 16 && y >= 24 ? 0.9f : 0.5f), gray, WIDTH, HEIGHT))
                .as("one area of 32")
                .isCloseTo(0.16 / 32, within(1e-6));
    }

    @Test
    void contrastIsThatOfOneColorForEachImage() throws Exception {
        float[] halves = image((x, y) -> x < WIDTH / 2 ? 0.4f : 0.6f);
        float[] plain = image((x, y) -> 0.9f);
        EvaluationSet set = EvaluationSet.of(List.of(labelled("a", halves), labelled("b", plain)));
        try (DraemNetwork network = DraemNetwork.create(new NetworkOptions(2, 2, false), 1)) {
            network.train(false);
            NetworkDetector detector = new NetworkDetector(network, WIDTH, HEIGHT);
            ReconstructionError error = ReconstructionError.of(set, detector);
            assertThat(error.contrast()).isCloseTo(255 * Math.sqrt(0.01 / 2), within(1e-3));
            assertThat(error.error()).as("a network without training").isGreaterThan(error.contrast());
            assertThat(ReconstructionError.of(EvaluationSet.of(List.of()), detector))
                    .isEqualTo(new ReconstructionError(0, 0));
        }
    }

    private interface Paint {
        float at(int x, int y);
    }

    private static float[] image(Paint paint) {
        float[] planes = new float[3 * WIDTH * HEIGHT];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = paint.at(i % WIDTH, i / WIDTH % HEIGHT);
        }
        return planes;
    }

    private static EvaluationImage labelled(String id, float[] planes) {
        return WholeImages.image(id, EvaluationImage.GOOD, WIDTH, HEIGHT, planes, new boolean[WIDTH * HEIGHT]);
    }
}
