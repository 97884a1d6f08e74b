package io.draem.trainer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file (RFC 4180, UTF-8) that names the images: columns {@code path}, {@code label} ({@code good}, {@code normal} or
 * {@code 0}, else the defect's name), {@code split} ({@code train}, {@code validation} or {@code test}) and, for anomalous
 * images that have one, {@code mask}. Paths count from the manifest's folder. Other columns are left alone.
 */
final class Manifest {

    private static final Set<String> NORMAL = Set.of("good", "normal", "0");
    private static final List<String> REQUIRED = List.of("path", "label", "split");
    private static final String MASK = "mask";
    private static final int NAMED_LINES = 20;
    private static final long MAX_BYTES = 64L << 20;

    private enum Split {
        TRAIN,
        VALIDATION,
        TEST
    }

    private final Path folder;
    private final List<LabelledImage> train = new ArrayList<>();
    private final List<LabelledImage> validation = new ArrayList<>();
    private final List<LabelledImage> test = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();
    private final List<String> mistakes = new ArrayList<>();

    private Manifest(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads a manifest; the files themselves are not looked at yet.
     *
     * @throws DatasetException naming every line that does not fit
     */
    static Dataset read(Path file) throws IOException {
        Manifest manifest =
                new Manifest(file.toAbsolutePath().resolveSibling("").normalize());
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreHeaderCase(true)
                .setAllowMissingColumnNames(true)
                .setIgnoreEmptyLines(true)
                .setTrim(true)
                .get();
        try (CSVParser parser = CSVParser.parse(text(file), format)) {
            List<String> missing = REQUIRED.stream()
                    .filter(column -> parser.getHeaderNames().stream().noneMatch(column::equalsIgnoreCase))
                    .toList();
            if (!missing.isEmpty()) {
                throw new DatasetException("The first line of " + file + " must name the columns path,label,mask,split;"
                        + " it lacks " + String.join(", ", missing));
            }
            for (CSVRecord line : parser) {
                String mistake = manifest.add(line);
                if (mistake != null) {
                    manifest.mistakes.add("line " + parser.getCurrentLineNumber() + ": " + mistake);
                }
            }
        } catch (IllegalArgumentException | UncheckedIOException | CSVException e) {
            throw new DatasetException(file + " is no CSV file by RFC 4180: " + e.getMessage());
        }
        manifest.refuseMistakes(file);
        return manifest.dataset(file);
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new DatasetException(file + " is larger than " + (MAX_BYTES >> 20) + " MB");
        }
        try {
            String text = Files.readString(file);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is not in UTF-8: save it in that encoding");
        }
    }

    /** Takes a line, or returns what is wrong with it. */
    private @Nullable String add(CSVRecord line) {
        if (!line.isConsistent()) {
            return "it has " + line.size() + " values, not one for each column";
        }
        String label = line.get("label");
        boolean normal = NORMAL.contains(label.toLowerCase(Locale.ROOT));
        Split split = split(line.get("split"));
        String mask = line.isMapped(MASK) ? line.get(MASK) : "";
        if (line.get("path").isEmpty() || label.isEmpty()) {
            return "path and label must not be empty";
        }
        if (split == null) {
            return "split must be train, validation or test, not '" + line.get("split") + "'";
        }
        if (!normal && split == Split.TRAIN) {
            return "'" + label + "' in train: training uses normal images alone";
        }
        if (normal && !mask.isEmpty()) {
            return "a normal image has no mask";
        }
        try {
            Path file = folder.resolve(line.get("path")).normalize();
            if (!seen.add(file)) {
                return line.get("path") + " stands in an earlier line too";
            }
            String id = LabelledImage.id(folder, file);
            LabelledImage image = new LabelledImage(
                    file,
                    id,
                    normal ? LabelledImage.GOOD : label,
                    mask.isEmpty() ? null : folder.resolve(mask).normalize());
            switch (split) {
                case TRAIN -> train.add(image);
                case VALIDATION -> validation.add(image);
                case TEST -> test.add(image);
            }
            return null;
        } catch (InvalidPathException e) {
            return "no path of a file: " + e.getInput();
        }
    }

    private static @Nullable Split split(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "train" -> Split.TRAIN;
            case "validation", "val" -> Split.VALIDATION;
            case "test" -> Split.TEST;
            default -> null;
        };
    }

    private void refuseMistakes(Path file) throws DatasetException {
        if (!mistakes.isEmpty()) {
            int more = mistakes.size() - NAMED_LINES;
            throw new DatasetException(mistakes.size() + " lines of " + file + " do not fit:\n  "
                    + mistakes.stream().limit(NAMED_LINES).collect(Collectors.joining("\n  "))
                    + (more > 0 ? "\n  and " + more + " more" : ""));
        }
    }

    private Dataset dataset(Path file) throws DatasetException {
        if (train.isEmpty()) {
            throw new DatasetException(file + " names no image to train on (split 'train', label 'good')");
        }
        return new Dataset(folder, train, validation, test, List.of(), folder.resolve(file.getFileName()), List.of());
    }
}
