package io.draem.service.capture;

import io.draem.file.DurableFile;
import io.draem.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of captured images, in one directory per day (UTC). A file is written under another name first, so that a part
 * of one is never read.
 */
final class CaptureFiles {

    static final String MAP = ".map.png";
    static final String MASK = ".mask.png";
    private static final String PART = ".part";

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd/HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern FILE = Pattern.compile("(\\d{6}-\\d{3}-[A-Za-z0-9._-]{1,64}-[0-9a-f]{12})\\.[a-z.]+");
    private static final int DIGEST_LETTERS = 12;
    private static final int MODEL_LETTERS = 64;

    private final Path directory;

    CaptureFiles(Path directory) {
        this.directory = directory;
    }

    /** Returns the name of a new image's files without their endings, for people: the store is the index. */
    static String name(Instant time, String model, String digest) {
        String safe = model.replaceAll("[^A-Za-z0-9._-]", "_");
        String hex = digest.substring(digest.indexOf(':') + 1);
        return NAME.format(time) + "-" + safe.substring(0, Math.min(MODEL_LETTERS, safe.length())) + "-"
                + hex.substring(0, DIGEST_LETTERS);
    }

    static String ending(ImageFormat format) {
        return switch (format) {
            case JPEG -> ".jpg";
            case TIFF -> ".tif";
            default -> "." + format.name().toLowerCase(Locale.ROOT);
        };
    }

    Path path(String name, String ending) {
        return directory.resolve(name + ending);
    }

    /** Writes a file, which is on the disk when this returns. */
    synchronized void write(String name, String ending, byte[] bytes) throws IOException {
        Path file = path(name, ending);
        Files.createDirectories(file.getParent());
        DurableFile.write(file, path(name, ending + PART), bytes);
    }

    /** Deletes all files of an image, and its day's directory if it was the last one. */
    synchronized void delete(CapturedImage image) throws IOException {
        for (String ending : List.of(ending(image.format()), MAP, MASK)) {
            Files.deleteIfExists(path(image.name(), ending));
        }
        Path day = path(image.name(), "").getParent();
        try (Stream<Path> rest = Files.list(day)) {
            if (rest.findAny().isPresent()) {
                return;
            }
        } catch (IOException e) {
            return; // it is gone already
        }
        Files.deleteIfExists(day);
    }

    /**
     * Deletes the files that a process left which ended before the store knew them. Other files stay.
     *
     * @param known names of all images of the store
     * @return number of deleted files
     */
    int deleteUnknown(Set<String> known) throws IOException {
        int deleted = 0;
        for (Path day : list(directory)) {
            if (!DAY.matcher(day.getFileName().toString()).matches()
                    || !Files.isDirectory(day, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            for (Path file : list(day)) {
                Matcher name = FILE.matcher(file.getFileName().toString());
                if (name.matches()
                        && (name.group().endsWith(PART) || !known.contains(day.getFileName() + "/" + name.group(1)))) {
                    Files.delete(file);
                    deleted++;
                }
            }
        }
        return deleted;
    }

    /** Returns whether there are files of images. */
    boolean hasImages() throws IOException {
        for (Path day : list(directory)) {
            if (DAY.matcher(day.getFileName().toString()).matches()
                    && list(day).stream()
                            .anyMatch(file ->
                                    FILE.matcher(file.getFileName().toString()).matches())) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (NotDirectoryException e) {
            return List.of();
        }
    }
}
