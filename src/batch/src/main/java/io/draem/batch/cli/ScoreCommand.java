package io.draem.batch.cli;

import io.draem.batch.BatchException;
import io.draem.batch.scoring.MaxErrors;
import io.draem.batch.scoring.ScoreOutput;
import io.draem.batch.scoring.ScoreResult;
import io.draem.batch.scoring.ScoreRun;
import io.draem.overlay.Pictures;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code score}: scores the images of an archive. */
@Command(
        name = "score",
        description = {
            "Scores images with a model, and writes a row per image to OUTPUT/scores, a Parquet table.",
            "Images that have a score of the same model and the wanted pictures, and have not changed since in size and"
                    + " time, are skipped. A run that was stopped or killed is continued by the same command; after"
                    + " --overwrite, by the same command without it.",
            "A file that cannot be read is a row with an error, and is tried again by the next run."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "URI",
            description =
                    "ONNX file (model.onnx), the folder of a version, or the folder of a model, whose highest version is"
                            + " used")
    @SuppressWarnings("NullAway.Init")
    private String model;

    @Option(
            names = "--images",
            required = true,
            paramLabel = "URI",
            description =
                    "Folder of images at any depth, or a pattern; or a manifest, CSV with a header or Parquet, with"
                            + " the column path, relative to its folder; or a Parquet table with path and a column of bytes. Further"
                            + " columns of manifest and table are carried to the output")
    @SuppressWarnings("NullAway.Init")
    private String images;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "URI",
            description = "Folder to write to: new, empty, or an output of this command; outside the folder of images")
    @SuppressWarnings("NullAway.Init")
    private String output;

    @Option(
            names = "--overwrite",
            description =
                    "Score all images, also those that have a score, and start again each time; a run that was stopped is"
                            + " continued without this option")
    private boolean overwrite;

    @Option(
            names = "--max-errors",
            paramLabel = "N|SHARE%",
            defaultValue = "10%",
            converter = MaxErrorsConverter.class,
            description =
                    "Largest number, or share of the archive, of images without a score; more end the run, and what was scored is"
                            + " kept")
    @SuppressWarnings("NullAway.Init")
    private MaxErrors maxErrors;

    @Option(
            names = "--overlays",
            paramLabel = "WHICH",
            defaultValue = "none",
            description = "Images of which an overlay and a mask are written to OUTPUT/pictures: anomalous, all, none")
    private Pictures.Overlays overlays = Pictures.Overlays.NONE;

    @Option(
            names = "--maps",
            description = "Write the raw map of each image to OUTPUT/pictures, 16 bits gray, where 65535 is 1.0")
    private boolean maps;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "4",
            description = "Largest number of images, or tiles of an image, per run of the graph")
    private int batchSize;

    @Option(names = "--json", description = "Write the rows to OUTPUT/json too, as JSON lines")
    private boolean json;

    @Override
    public Integer call() throws BatchException, IOException {
        if (batchSize < 1) {
            throw new ParameterException(spec.commandLine(), "--batch-size must be at least 1, not " + batchSize);
        }
        SparkSession spark = Session.start("DRÆM score");
        try {
            ScoreRun.Options options = new ScoreRun.Options(
                    model, images, output, new Pictures(overlays, maps), batchSize, maxErrors, overwrite, json);
            ScoreResult result = new ScoreRun(spark, options).run();
            spec.commandLine().getOut().println(result + "; wrote " + ScoreOutput.location(spark, output));
            return 0;
        } finally {
            spark.stop();
        }
    }

    static final class MaxErrorsConverter implements ITypeConverter<MaxErrors> {

        @Override
        public MaxErrors convert(String text) {
            try {
                return MaxErrors.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
