package io.draem.trainer.cli;

import io.draem.trainer.training.Keep;
import io.draem.trainer.training.Selection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Options of validation during the training. */
final class SelectionArguments {

    @Option(
            names = "--validate-steps",
            paramLabel = "N",
            description =
                    "Steps between validations; 0: none, as in the paper (default: a tenth of the training, this project)",
            showDefaultValue = Visibility.NEVER)
    @Nullable
    Long validateSteps;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stop the training after this many validations without improvement; 0: never (paper)")
    int patience;

    @Option(
            names = "--keep",
            paramLabel = "WEIGHTS",
            defaultValue = "best",
            description =
                    "Weights of the exported model: ${COMPLETION-CANDIDATES} (best: highest mean of image AUROC and pixel"
                            + " average precision over the validations, or image AUROC alone if no validation image has a"
                            + " mask, this project; last: paper)")
    Keep keep = Keep.BEST;

    Selection selection() {
        return new Selection(validateSteps, patience, keep);
    }
}
