package io.draem.trainer.data;

import io.draem.text.Counted;
import io.draem.trainer.data.Dataset.Problem;
import io.draem.trainer.data.LookoutLine.LineException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A manifest of Amazon Lookout for Vision: a JSON object in each line, with an image ({@code source-ref}), its class and,
 * for an anomaly, optionally a mask with the meaning of its colors.
 *
 * <p>An image {@code s3://bucket/a/b.png} is looked for as {@code bucket/a/b.png}, {@code a/b.png} and {@code b.png} in the
 * folder of the images, in this order, so that it does not matter how much of the bucket's path was kept.
 *
 * <p>A file with {@code train} in its name takes its test images from the file of the same name with {@code test} instead, if
 * there is one; its anomalies and every fifth of its normal images then serve as validation images. A file with {@code test}
 * in its name has test images alone. Any other is divided: its anomalies and every fifth normal image test.
 *
 * @see <a href="https://docs.aws.amazon.com/lookout-for-vision/latest/developer-guide/manifest-files.html">Creating a
 *     manifest file</a>
 */
final class LookoutManifest {

    /** One of this many normal images is not used for training if there are no other normal images to compare anomalies with. */
    private static final int ASIDE = 5;

    private static final Pattern TRAIN = Pattern.compile("train(ing)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern TEST = Pattern.compile("test", Pattern.CASE_INSENSITIVE);

    private static final Set<String> TEXTS = Set.of("csv", "tsv", "txt", "json");

    private final List<Path> folders;
    private final PathResolver paths = new PathResolver();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<Path, String> seen = new HashMap<>();
    private int unusedMasks;

    private LookoutManifest(List<Path> folders) {
        this.folders = folders;
    }

    /** Returns whether a file is such a manifest rather than a CSV file: its first character opens a JSON object. */
    static boolean isOne(Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".manifest") || name.endsWith(".jsonl")) {
            return true;
        }
        String extension = name.substring(name.lastIndexOf('.') + 1);
        if (!extension.equals(name) && !TEXTS.contains(extension)) {
            throw new DatasetException(file + " is neither a folder nor a manifest (.csv, .manifest)");
        }
        return ManifestText.read(file).stripLeading().startsWith("{");
    }

    /**
     * Reads a manifest, and its test images from the second manifest in the same folder.
     *
     * @param images the folder of the images; null for the manifest's own and, where a file is not in it, the folder above
     * @throws DatasetException if there is no usable line
     */
    static Dataset read(Path file, @Nullable Path images) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path own = absolute.resolveSibling("");
        Path above = own.getParent();
        LookoutManifest manifest = new LookoutManifest(
                images != null
                        ? List.of(images.toAbsolutePath().normalize())
                        : above == null ? List.of(own) : List.of(own, above));
        String name = absolute.getFileName().toString();
        boolean ofTraining = TRAIN.matcher(name).find();
        Path tests = absolute.resolveSibling(TRAIN.matcher(name).replaceFirst("test"));
        List<LabelledImage> all = manifest.images(absolute);
        List<LabelledImage> train = new ArrayList<>();
        List<LabelledImage> validation = new ArrayList<>();
        List<LabelledImage> test = new ArrayList<>();
        List<Path> files = new ArrayList<>(List.of(absolute));
        List<String> notes = new ArrayList<>();
        if (ofTraining && Files.isRegularFile(tests)) {
            files.add(tests);
            test.addAll(manifest.images(tests));
            boolean anomalies = all.stream().anyMatch(LabelledImage::anomalous);
            divide(all, train, anomalies ? validation : train);
            notes.add("The test images are those of " + tests
                    + (anomalies ? "; of " + name + " the anomalies and every fifth normal image validate" : ""));
        } else if (!ofTraining && TEST.matcher(name).find()) {
            test.addAll(all);
        } else {
            divide(all, train, test);
            notes.add("The anomalies and every fifth normal image of " + name + " are its test images");
        }
        if (all.isEmpty() && test.isEmpty()) {
            ManifestText.refuse(
                    file, manifest.problems.stream().map(Problem::text).toList());
            throw new DatasetException(file + " names no image");
        }
        if (manifest.unusedMasks > 0) {
            notes.add(Counted.of(manifest.unusedMasks, "normal image")
                    + Counted.verb(manifest.unusedMasks, " has a mask, which is", " have masks, which are")
                    + " not read");
        }
        return new Dataset(manifest.folders.get(0), train, validation, test, manifest.problems, files, notes);
    }

    private static void divide(List<LabelledImage> all, List<LabelledImage> train, List<LabelledImage> aside) {
        int normal = 0;
        for (LabelledImage image : all) {
            (image.anomalous() || ++normal % ASIDE == 0 ? aside : train).add(image);
        }
    }

    private List<LabelledImage> images(Path file) throws IOException {
        List<LabelledImage> images = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new StringReader(ManifestText.read(file)))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                try {
                    images.add(image(line, file.getFileName() + " line " + number));
                } catch (LineException | DatasetException e) {
                    problems.add(new Problem(file, "line " + number + ": " + e.getMessage()));
                }
            }
        }
        images.sort((one, other) -> FileTree.ORDER.compare(one.file(), other.file()));
        return images;
    }

    private LabelledImage image(String text, String place) throws IOException, LineException {
        LookoutLine line = LookoutLine.of(text);
        Path file = file(line, "source-ref", "image");
        LabelledImage image = line.isNormal() ? normal(line, file) : anomaly(line, file);
        for (Path used : image.mask() == null ? List.of(file) : List.of(file, image.mask())) {
            String other = seen.putIfAbsent(used, place);
            if (other != null) {
                throw new LineException(used + " is also the file of " + (other.equals(place) ? "its own image" : other)
                        + ": keep the folders of the bucket when you download it, or remove one of the lines");
            }
        }
        return image;
    }

    private LabelledImage normal(LookoutLine line, Path file) {
        unusedMasks += line.maskField() == null ? 0 : 1;
        return new LabelledImage(file, id(file), LabelledImage.GOOD, null);
    }

    private LabelledImage anomaly(LookoutLine line, Path file) throws IOException, LineException {
        String field = line.maskField();
        if (field == null) {
            return new LabelledImage(file, id(file), LookoutLine.ANOMALY, null);
        }
        LookoutLine.Defect defect = line.defect(field);
        return new LabelledImage(file, id(file), defect.name(), file(line, field, "mask"), defect.colors());
    }

    /** Returns the local file of an object of the bucket. */
    private Path file(LookoutLine line, String field, String what) throws IOException, LineException {
        List<String> parts = line.key(field);
        for (Path folder : folders) {
            for (int first = 0; first < parts.size(); first++) {
                String suffix = String.join("/", parts.subList(first, parts.size()));
                if (!suffix.isEmpty() && !suffix.startsWith("/")) {
                    Path file = paths.resolve(folder, suffix);
                    if (Files.isRegularFile(file)) {
                        return file;
                    }
                }
            }
        }
        throw new LineException("the " + what + " " + line.reference(field) + " is not in " + folders.get(0)
                + ": download it there, or name the folder that it is in with --images");
    }

    private String id(Path file) {
        for (Path folder : folders) {
            if (file.startsWith(folder)) {
                return LabelledImage.id(folder, file);
            }
        }
        return LabelledImage.id(folders.get(0), file);
    }
}
