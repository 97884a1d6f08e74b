package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.loss.LossParts;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class TrainingCurveTests {

    @Test
    void theLastStepsAreInItEvenIfTheyFillNoStretch() {
        TrainingCurve curve = new TrainingCurve(205, 8); // stretches of two steps
        for (int step = 0; step < 205; step++) {
            curve.add(step, new LossParts(step, 0, 0, 0, 0), 1e-4, 0.5, 0.125);
        }
        curve.finish();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        curve.writeTo(json);

        assertThat(json.at("/lossCurve/0/total").asDouble()).isCloseTo(0.5, within(1e-12));
        assertThat(json.at("/lossCurve/102/step").asInt()).isEqualTo(205);
        assertThat(json.at("/lossCurve/102/total").asDouble()).isEqualTo(204);
        assertThat(json.at("/steps").asInt()).isEqualTo(205);
    }

    @Test
    void withoutPixelFiguresTheLastOfEqualsIsTheBestAndPatienceCountsFromTheFirst() {
        TrainingCurve curve = new TrainingCurve(100, 8);
        curve.add(new ValidationFigures(10, 0.9, Double.NaN, Double.NaN));
        curve.add(new ValidationFigures(20, 1, Double.NaN, Double.NaN));
        curve.add(new ValidationFigures(30, 1, Double.NaN, Double.NaN));
        curve.add(new ValidationFigures(40, 0.95, Double.NaN, Double.NaN));
        assertThat(curve.best().orElseThrow().step()).isEqualTo(30);
        assertThat(curve.validationsSinceBest()).isEqualTo(2);
    }

    @Test
    void withPixelFiguresTheFirstOfEqualsIsTheBest() {
        TrainingCurve curve = new TrainingCurve(100, 8);
        curve.add(new ValidationFigures(10, 1, 0.9, 0.5));
        curve.add(new ValidationFigures(20, 1, 0.8, 0.5));
        assertThat(curve.best().orElseThrow().step()).isEqualTo(10);
        assertThat(curve.validationsSinceBest()).isEqualTo(1);
    }
}
