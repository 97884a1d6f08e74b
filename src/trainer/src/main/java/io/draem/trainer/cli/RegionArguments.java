package io.draem.trainer.cli;

import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
import io.draem.trainer.data.RegionFile;
import io.draem.trainer.workflow.TrainerException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The region of interest of a run, for {@code evaluate} and {@code predict}. */
final class RegionArguments {

    /** What the file may hold, for the help. */
    static final String FORMS = "a mask (an image of any size, white where pixels count and black elsewhere) or a .json"
            + " file with polygons in relative coordinates";

    @Option(
            names = "--region-of-interest",
            paramLabel = "FILE",
            description = "Part of the images that counts, in place of the model's own: " + FORMS)
    private @Nullable Path file;

    /**
     * Reads the region; null without the option.
     *
     * @throws TrainerException if the model does not accept one
     */
    @Nullable
    RegionOfInterest read(ModelCard card) throws IOException, TrainerException {
        if (file == null) {
            return null;
        }
        if (!card.framing().acceptsRegion()) {
            throw new TrainerException("--region-of-interest cannot be used with this model, whose score comes from the"
                    + " graph and is that of the whole image: export it again with --region-of-interest request");
        }
        return RegionFile.read(file);
    }
}
