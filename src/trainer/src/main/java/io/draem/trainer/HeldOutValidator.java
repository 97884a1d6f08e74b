package io.draem.trainer;

import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.RankingFigures;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.training.ValidationFigures;
import io.draem.trainer.training.Validator;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Judges weights on the images to validate with, never on the test images. */
record HeldOutValidator(TrainingData data) implements Validator {

    @Override
    public ValidationFigures validate(long step, DraemNetwork network, BooleanSupplier abandon) throws IOException {
        int size = data.recipe().imageSize();
        RankingFigures figures = RankingFigures.of(
                Scores.of(abandonable(data.validation(), abandon), new NetworkDetector(network, size, size)));
        return new ValidationFigures(step, figures.imageAuroc(), figures.pixelAuroc(), figures.pixelAveragePrecision());
    }

    private static EvaluationSet abandonable(EvaluationSet images, BooleanSupplier abandon) {
        return new EvaluationSet() {
            @Override
            public int size() {
                return images.size();
            }

            @Override
            public EvaluationImage load(int index) throws IOException {
                if (abandon.getAsBoolean()) {
                    throw new CancellationException();
                }
                return images.load(index);
            }
        };
    }
}
