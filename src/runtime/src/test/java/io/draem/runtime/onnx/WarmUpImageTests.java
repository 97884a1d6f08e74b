package io.draem.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import io.draem.model.ImageProfile;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WarmUpImageTests {

    @Test
    void imagesHaveTheMeasuresOfTheTrainingImages() throws Exception {
        ModelCard card = card();
        ImageProfile profile = Objects.requireNonNull(card.images());
        for (ModelInput image : WarmUpImage.pair(card)) {
            ImageMeasures measures = ImageMeasures.of(image.pixels(), card.width(), card.height());
            for (ImageMeasure measure : ImageMeasure.values()) {
                double trained =
                        Objects.requireNonNull(profile.measures().get(measure)).mean();
                assertThat(measures.get(measure)).as(measure.id()).isCloseTo(trained, within(0.1));
            }
        }
    }

    @Test
    void returnsTheSameTwoImagesEachTimeWithoutBlackOrWhitePixels() throws Exception {
        ModelCard card = card();
        List<ModelInput> images = WarmUpImage.pair(card);
        assertThat(images.get(0).pixels()).isNotEqualTo(images.get(1).pixels());
        for (int i = 0; i < 2; i++) {
            assertThat(images.get(i).pixels())
                    .isEqualTo(WarmUpImage.pair(card).get(i).pixels());
            for (float value : images.get(i).pixels()) {
                assertThat(value).isBetween(0.01f, 0.99f);
            }
        }
    }

    private static ModelCard card() throws Exception {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = OrtEnvironment.getEnvironment()
                        .createSession(TestModels.graph().toString(), options)) {
            return GraphContract.check(session).card();
        }
    }
}
