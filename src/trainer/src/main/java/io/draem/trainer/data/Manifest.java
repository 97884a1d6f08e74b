package io.draem.trainer.data;

import io.draem.text.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file that names the images: columns {@code path}, {@code label} ({@code good}, {@code normal}, {@code ok} or {@code
 * 0}, else the defect's name), {@code split} ({@code train}, {@code validation} or {@code test}) and, for anomalous images
 * that have one, {@code mask}. The first line shows whether commas, semicolons or tabs separate them; quotes are those of RFC 4180. Paths
 * count from the manifest's folder, with slashes or backslashes. Other columns are left alone.
 */
final class Manifest {

    private static final List<String> REQUIRED = List.of("path", "label", "split");
    private static final String MASK = "mask";
    private static final List<String> COLUMNS = List.of("path", "label", MASK, "split");
    private static final List<Character> SEPARATORS = List.of(',', ';', '\t');

    /** Excel's own first line, which names the separator. */
    private static final Pattern EXCEL = Pattern.compile("sep=(.)\r?\n.*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private enum Split {
        TRAIN,
        VALIDATION,
        TEST
    }

    private final Path folder;
    private final PathResolver paths = new PathResolver();
    private final List<LabelledImage> train = new ArrayList<>();
    private final List<LabelledImage> validation = new ArrayList<>();
    private final List<LabelledImage> test = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();

    private Manifest(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads a manifest; the files themselves are not looked at yet.
     *
     * @param images the folder that paths count from; null for the manifest's own
     * @throws DatasetException naming every line that does not fit
     */
    static Dataset read(Path file, @Nullable Path images) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path folder = images == null
                ? absolute.resolveSibling("")
                : images.toAbsolutePath().normalize();
        String text = ManifestText.read(file);
        Matcher excel = EXCEL.matcher(text);
        boolean named = excel.matches();
        if (named) {
            text = text.substring(text.indexOf('\n') + 1);
        }
        Manifest manifest = new Manifest(folder);
        List<String> mistakes = new ArrayList<>();
        try (CSVParser parser =
                CSVParser.parse(text, format(named ? excel.group(1).charAt(0) : separator(text)))) {
            List<String> missing = missing(parser);
            if (!missing.isEmpty()) {
                throw new DatasetException("The first line of " + file + " must name the columns path,label,mask,split"
                        + " (separated by commas, semicolons or tabs); it lacks " + String.join(", ", missing));
            }
            for (String column : COLUMNS) {
                if (parser.getHeaderNames().stream()
                                .filter(column::equalsIgnoreCase)
                                .count()
                        > 1) {
                    throw new DatasetException("The first line of " + file + " names the column " + column + " twice");
                }
            }
            for (CSVRecord line : parser) {
                String mistake = manifest.add(line);
                if (mistake != null) {
                    mistakes.add("line " + (parser.getCurrentLineNumber() + (named ? 1 : 0)) + ": " + mistake);
                }
            }
        } catch (IllegalArgumentException | UncheckedIOException | CSVException e) {
            throw new DatasetException(file + " is no CSV file by RFC 4180: "
                    + SafeText.of(String.valueOf(e.getMessage()).replaceFirst("^([a-z]+[.])+CSVException: ", ""))
                    + "; look for a quotation mark that is never closed");
        }
        ManifestText.refuse(file, mistakes);
        return new Dataset(
                folder, manifest.train, manifest.validation, manifest.test, List.of(), List.of(absolute), List.of());
    }

    private static CSVFormat format(char separator) {
        return CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreHeaderCase(true)
                .setAllowMissingColumnNames(true)
                .setIgnoreEmptyLines(true)
                .setIgnoreSurroundingSpaces(true)
                .setTrim(true)
                .get();
    }

    /** Returns the separator by which the first line names the most of the columns. */
    private static char separator(String text) throws IOException {
        char best = SEPARATORS.get(0);
        int fewest = Integer.MAX_VALUE;
        for (char separator : SEPARATORS) {
            try (CSVParser parser = CSVParser.parse(text, format(separator))) {
                int missing = missing(parser).size();
                if (missing < fewest) {
                    fewest = missing;
                    best = separator;
                }
            }
        }
        return best;
    }

    private static List<String> missing(CSVParser parser) {
        return REQUIRED.stream()
                .filter(column -> parser.getHeaderNames().stream().noneMatch(column::equalsIgnoreCase))
                .toList();
    }

    /** Adds the image of a line, or returns the problem. */
    private @Nullable String add(CSVRecord line) throws IOException {
        if (!line.isConsistent()) {
            return "it has " + line.size() + " values, not one for each column";
        }
        String label = line.get("label");
        boolean normal = LabelledImage.isGood(label);
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
            Path file = paths.resolve(folder, line.get("path"));
            if (!seen.add(file)) {
                return line.get("path") + " is also in an earlier line";
            }
            String id = LabelledImage.id(folder, file);
            LabelledImage image = new LabelledImage(
                    file, id, normal ? LabelledImage.GOOD : label, mask.isEmpty() ? null : paths.resolve(folder, mask));
            switch (split) {
                case TRAIN -> train.add(image);
                case VALIDATION -> validation.add(image);
                case TEST -> test.add(image);
            }
            return null;
        } catch (DatasetException e) {
            return e.getMessage();
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
}
