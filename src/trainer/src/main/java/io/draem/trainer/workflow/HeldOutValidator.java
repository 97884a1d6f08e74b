package io.draem.trainer.workflow;

import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.RankingFigures;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.WatchedImages;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.training.ValidationFigures;
import io.draem.trainer.training.Validator;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Judges weights on the images to validate with, never on the test images. */
record HeldOutValidator(ModelImages data, EvaluationSet images) implements Validator {

    HeldOutValidator(ModelImages data) {
        this(data, data.validationInTraining());
    }

    @Override
    public ValidationFigures validate(long step, DraemNetwork network, BooleanSupplier abandon) throws IOException {
        int width = data.options().width();
        int height = data.options().height();
        RankingFigures figures = RankingFigures.of(Scores.of(
                WatchedImages.of(new AbandonableImages(images, abandon), data.progress(), "Validating on %d images"),
                new NetworkDetector(network, width, height)));
        return new ValidationFigures(step, figures.imageAuroc(), figures.pixelAuroc(), figures.pixelAveragePrecision());
    }
}
