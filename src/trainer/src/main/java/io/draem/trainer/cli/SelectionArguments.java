package io.draem.trainer.cli;

import io.draem.trainer.training.Keep;
import io.draem.trainer.training.Selection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options of validation during the training. */
final class SelectionArguments {

    @Option(
            names = "--validate-steps",
            paramLabel = "N",
            description = "Steps from one validation to the next; 0 for none (default: a tenth of the training)",
            showDefaultValue = Visibility.NEVER)
    @Nullable
    Long validateSteps;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description = "End the training after so many validations without a better one; 0 for never")
    int patience;

    @Option(
            names = "--keep",
            paramLabel = "WEIGHTS",
            defaultValue = "best",
            description =
                    "Weights that become the model: ${COMPLETION-CANDIDATES} (best: highest mean of image AUROC and"
                            + " pixel average precision of the validations, where there were any; image AUROC alone where no"
                            + " validation image has a mask)")
    Keep keep = Keep.BEST;

    Selection selection() {
        return new Selection(validateSteps, patience, keep);
    }
}
