package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.text.Counted;
import io.draem.trainer.data.DataDigest;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FileTree;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.DefectSizeWarnings;
import io.draem.trainer.evaluation.DefectSizes;
import io.draem.trainer.training.TrainingOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a model's images, as they were when they were first read.
 *
 * @param split which train, validate and test
 * @param notes remarks on the files, in sentences
 * @param skipped number of files left out because they cannot be used
 * @param digest of all images
 * @param parts digests of the same by their use
 * @param textureDigest of the anomaly-source images; empty without any
 * @param textures number of anomaly-source images
 * @param sizes of the images, upright
 */
record ModelFiles(
        DataSplit split,
        List<String> notes,
        int skipped,
        String digest,
        TrainingOrigin.Parts parts,
        String textureDigest,
        int textures,
        Map<Path, FrameSize> sizes) {

    /**
     * Collects what is known of checked files.
     *
     * @param sources folder of textures; null without any
     * @param whiteLevel of deep images, as requested
     * @param digests of all files
     */
    static ModelFiles of(
            DatasetCheck check,
            DataSplit split,
            @Nullable FileTree sources,
            WhiteLevel whiteLevel,
            Map<Path, String> digests)
            throws IOException {
        List<String> notes = new ArrayList<>(check.notes());
        notes.addAll(check.decoded().notes(whiteLevel));
        if (sources != null) {
            Stream.concat(sources.notes().stream(), check.decodedTextures().notes(WhiteLevel.AUTO).stream())
                    .forEach(note -> notes.add("--anomaly-source: " + note));
        }
        notes.addAll(split.notes());
        return new ModelFiles(
                split,
                List.copyOf(notes),
                check.problems().size(),
                check.dataset().digest(digests),
                new TrainingOrigin.Parts(
                        DataDigest.of(split.train(), digests),
                        DataDigest.of(split.validation().isEmpty() ? split.heldOut() : split.validation(), digests),
                        DataDigest.of(split.test(), digests)),
                sources == null ? "" : DataDigest.of(sources.root(), check.textures(), digests),
                check.textures().size(),
                check.sizes());
    }

    /**
     * Returns a warning where defects of the labelled images are too small for the network to see, or, where no mask shows
     * how large they are, which size would be.
     *
     * @param framing how the network takes images
     * @param input size of the network's input
     * @throws DatasetException if the network does not take an image; the message names the file
     */
    List<String> sizeNotes(Framing framing, FrameSize input) throws IOException {
        List<LabelledImage> labelled = Stream.concat(split.validation().stream(), split.test().stream())
                .toList();
        DefectSizes defects = DefectSizes.of(labelled, sizes, framing, input);
        if (!defects.defects().isEmpty()) {
            return DefectSizeWarnings.of(defects, framing, input)
                    .map(warning -> List.of("warning: " + warning))
                    .orElseGet(() ->
                            DefectSizeWarnings.largeEnough(defects).stream().toList());
        }
        Map<Path, FrameSize> trained = new LinkedHashMap<>();
        for (Path file : LabelledImage.files(split.train())) {
            FrameSize size = sizes.get(file);
            if (size != null) {
                trained.put(file, size);
            }
        }
        Optional<Map.Entry<Path, FrameSize>> median = trained.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> entry.getValue().pixels()))
                .skip(trained.size() / 2)
                .findFirst();
        return median.isEmpty()
                ? List.of()
                : List.of(DefectSizeWarnings.withoutMasks(FrameFile.plan(
                        median.get().getKey(), framing, input, median.get().getValue())));
    }

    /** Returns whether the anomalies of the validation images are synthetic. */
    boolean validatesOnSynthetic() {
        return !split.heldOut().isEmpty();
    }

    /** Returns whether anomaly-source images give the textures of synthetic anomalies. */
    boolean hasTextures() {
        return !textureDigest.isEmpty();
    }

    /** Returns how many images there are for each use, and the notes. */
    String summary() {
        return withNotes(String.format(
                Locale.ROOT,
                "%s to train on, %s; textures: %s",
                Counted.of(split.train().size(), "image"),
                evaluated(),
                hasTextures() ? Counted.of(textures, "image") : "noise"));
    }

    /** Returns the same for a network that was trained elsewhere, for which no image is a training image. */
    String evaluationSummary() {
        return withNotes("images: " + evaluated());
    }

    private String evaluated() {
        int test = split.test().size();
        if (validatesOnSynthetic()) {
            return String.format(
                    Locale.ROOT,
                    "%d held out to validate with, %d to test with",
                    split.heldOut().size(),
                    test);
        }
        return split.validation().equals(split.test())
                ? test + " to validate and to test with"
                : String.format(
                        Locale.ROOT,
                        "%d to validate with, %d to test with",
                        split.validation().size(),
                        test);
    }

    private String withNotes(String counts) {
        return Stream.concat(Stream.of(counts), notes.stream()).collect(Collectors.joining(System.lineSeparator()));
    }
}
