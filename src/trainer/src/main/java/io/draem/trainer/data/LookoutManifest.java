package io.draem.trainer.data;

import io.draem.trainer.data.Dataset.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A manifest of Amazon Lookout for Vision: a JSON object in each line, with an image ({@code source-ref}), its class and,
 * for an anomaly, perhaps a mask with the meaning of its colours.
 *
 * <p>An image {@code s3://bucket/a/b.png} is looked for as {@code bucket/a/b.png}, {@code a/b.png} and {@code b.png} in the
 * folder of the images, in this order, so that it does not matter how much of the bucket's path was kept.
 *
 * <p>A file with {@code train} in its name has the test images in the file beside it with {@code test} in place of that,
 * where there is one; its anomalies and every fifth of its normal images are for validation then. A file with {@code test}
 * in its name has test images alone. Any other is divided: its anomalies and every fifth normal image test.
 *
 * @see <a href="https://docs.aws.amazon.com/lookout-for-vision/latest/developer-guide/manifest-files.html">Creating a
 *     manifest file</a>
 */
final class LookoutManifest {

    /** Every so many-th normal image of a manifest does not train where there are no others to compare anomalies with. */
    private static final int ASIDE = 5;

    private static final String METADATA = "-metadata";
    private static final String CLASSIFICATION = "groundtruth/image-classification";
    private static final String SEGMENTATION = "groundtruth/semantic-segmentation";
    private static final String NORMAL = "normal";
    private static final String ANOMALY = "anomaly";
    private static final String BACKGROUND = "BACKGROUND";
    private static final int WHITE = 0xFFFFFF;
    private static final Pattern TRAIN = Pattern.compile("train(ing)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern TEST = Pattern.compile("test", Pattern.CASE_INSENSITIVE);
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
    private static final Pattern COLOUR = Pattern.compile("#[0-9A-Fa-f]{6}");

    private static final Set<String> TEXTS = Set.of("csv", "tsv", "txt", "json");

    private final List<Path> folders;
    private final PathResolver paths = new PathResolver();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<Path, String> seen = new HashMap<>();
    private int unusedMasks;

    private LookoutManifest(List<Path> folders) {
        this.folders = folders;
    }

    /** What is wrong with a line, to be read after its number. */
    private static final class LineException extends Exception {

        private static final long serialVersionUID = 1L;

        LineException(String message) {
            super(message);
        }
    }

    /** Says whether a file is such a manifest rather than a CSV file: its first character opens a JSON object. */
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
     * Reads a manifest, and its test images from the file beside it.
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
        Path beside = absolute.resolveSibling(TRAIN.matcher(name).replaceFirst("test"));
        List<LabelledImage> all = manifest.images(absolute);
        List<LabelledImage> train = new ArrayList<>();
        List<LabelledImage> validation = new ArrayList<>();
        List<LabelledImage> test = new ArrayList<>();
        List<Path> files = new ArrayList<>(List.of(absolute));
        List<String> notes = new ArrayList<>();
        if (ofTraining && Files.isRegularFile(beside)) {
            files.add(beside);
            test.addAll(manifest.images(beside));
            boolean anomalies = all.stream().anyMatch(LabelledImage::anomalous);
            divide(all, train, anomalies ? validation : train);
            notes.add("The test images are those of " + beside
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
            notes.add(manifest.unusedMasks + " normal images have masks, which are not read");
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

    private LabelledImage image(String line, String place) throws IOException, LineException {
        JsonNode json = json(line);
        Path file = file(json, "source-ref", "image");
        String classified = classOf(json);
        LabelledImage image = classified.equals(NORMAL) ? normal(json, file) : anomaly(json, file);
        for (Path used : image.mask() == null ? List.of(file) : List.of(file, image.mask())) {
            String other = seen.putIfAbsent(used, place);
            if (other != null) {
                throw new LineException(used + " is the file of " + (other.equals(place) ? "its own image" : other)
                        + " too: keep the folders of the bucket when you download it, or remove one of the lines");
            }
        }
        return image;
    }

    private LabelledImage normal(JsonNode json, Path file) {
        unusedMasks += maskName(json) == null ? 0 : 1;
        return new LabelledImage(file, id(file), LabelledImage.GOOD, null);
    }

    private LabelledImage anomaly(JsonNode json, Path file) throws IOException, LineException {
        String name = maskName(json);
        if (name == null) {
            return new LabelledImage(file, id(file), ANOMALY, null);
        }
        JsonNode map = json.path(name + METADATA).path("internal-color-map");
        if (!map.isObject()) {
            throw new LineException(name + METADATA + " has no internal-color-map: add it, or remove " + name);
        }
        Set<Integer> background = new HashSet<>();
        Set<Integer> defects = new HashSet<>();
        TreeSet<String> types = new TreeSet<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String type = entry.getValue().path("class-name").asString("").strip();
            String colour = entry.getValue().path("hex-color").asString("").strip();
            if (type.isEmpty() || !COLOUR.matcher(colour).matches()) {
                throw new LineException("the entry '" + entry.getKey()
                        + "' of internal-color-map needs a class-name and a hex-color like #23a436");
            }
            int rgb = Integer.parseInt(colour.substring(1), 16);
            if (type.equalsIgnoreCase(BACKGROUND)) {
                background.add(rgb);
            } else {
                defects.add(rgb);
                types.add(type);
            }
        }
        if (background.isEmpty()) {
            background.add(WHITE); // the service's own
        }
        if (defects.isEmpty() || background.stream().anyMatch(defects::contains)) {
            throw new LineException("internal-color-map must have a color for an anomaly that is not the background's");
        }
        String defect = String.join("+", types);
        return new LabelledImage(
                file,
                id(file),
                LabelledImage.isGood(defect) ? ANOMALY : defect,
                file(json, name, "mask"),
                new MaskColours(background, defects));
    }

    /** Returns {@code normal} or {@code anomaly}, by the metadata of a label of any name. */
    private static String classOf(JsonNode json) throws LineException {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (field.getKey().equals("anomaly-label" + METADATA)
                    || field.getKey().endsWith(METADATA)
                            && field.getValue().path("type").asString("").equals(CLASSIFICATION)) {
                String name = field.getValue().path("class-name").asString("");
                if (name.equalsIgnoreCase(NORMAL) || name.equalsIgnoreCase(ANOMALY)) {
                    return name.toLowerCase(Locale.ROOT);
                }
                throw new LineException("the class-name of " + field.getKey() + " is '" + name
                        + "': label the image normal or anomaly, or remove the line");
            }
        }
        throw new LineException(
                "it has no label (anomaly-label-metadata): label the image normal or anomaly, or remove the line");
    }

    /** Returns the name of the field with the mask, which may be any that ends so; null where there is none. */
    private static @Nullable String maskName(JsonNode json) {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String name = field.getKey();
            if (name.equals("anomaly-mask-ref")
                    || name.endsWith("-ref")
                            && json.path(name + METADATA)
                                    .path("type")
                                    .asString("")
                                    .equals(SEGMENTATION)) {
                return name;
            }
        }
        return null;
    }

    private static JsonNode json(String line) throws LineException {
        try {
            JsonNode json = JsonMapper.shared().readTree(line);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException e) {
            // said below
        }
        throw new LineException("it is no JSON object; each line must be a whole one");
    }

    /** Returns the file that stands for an object of the bucket. */
    private Path file(JsonNode json, String field, String what) throws IOException, LineException {
        String reference = json.path(field).asString("").strip();
        if (reference.isEmpty()) {
            throw new LineException("it has no " + field);
        }
        String key = reference;
        if (reference.startsWith("s3://")) {
            key = reference.substring("s3://".length());
        } else if (SCHEME.matcher(reference).matches()) {
            throw new LineException(field + " is '" + reference + "', and must be s3://BUCKET/KEY or a path");
        }
        List<String> parts = List.of(key.split("/"));
        if (parts.contains("..")) {
            throw new LineException(field + " '" + reference + "' leads out of the folder of the images");
        }
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
        throw new LineException("the " + what + " " + reference + " is not in " + folders.get(0)
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
