package io.draem.service.capture;

import io.draem.image.ImageFormat;
import io.draem.service.capture.files.DirectoryStore;
import io.draem.service.capture.files.FileStore;
import io.draem.service.capture.files.StoredFile;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of captured images in their store, in one folder per day (UTC). */
final class CaptureFiles implements AutoCloseable {

    static final String MAP = ".map.png";
    static final String MASK = ".mask.png";

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd/HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern FILE =
            Pattern.compile("(" + FileStore.FOLDER + "/\\d{6}-\\d{3}-[A-Za-z0-9._-]{1,64}-[0-9a-f]{12})\\.[a-z.]+");
    private static final int DIGEST_LETTERS = 12;
    private static final int MODEL_LETTERS = 64;
    private static final int TIME_LETTERS = "2026-03-01/120000-000".length();

    private final FileStore store;

    CaptureFiles(FileStore store) {
        this.store = store;
    }

    /** Returns the name of a new image's files without their endings, for people: the database is the index. */
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

    /** Returns the store, to which the index of the images belongs. */
    FileStore store() {
        return store;
    }

    /** Writes a file, which is durable when this returns. */
    void write(String name, String ending, byte[] bytes) throws IOException {
        store.write(name + ending, bytes);
    }

    /** Opens a file of an image. */
    StoredFile open(CapturedImage image, CapturedFile file) throws IOException {
        return store.open(image.name() + file.ending(image));
    }

    /** Deletes all files of an image. */
    void delete(CapturedImage image) throws IOException {
        for (String ending : List.of(ending(image.format()), MAP, MASK)) {
            store.delete(image.name() + ending);
        }
    }

    /**
     * Returns the files that a process left which ended before the index had them, and not those of other programs.
     *
     * @param known names of all images of the index
     */
    List<String> unknown(Set<String> known) throws IOException {
        List<String> unknown = new ArrayList<>();
        store.list(name -> {
            Matcher file = FILE.matcher(name);
            if (file.matches() && (name.endsWith(DirectoryStore.PART) || !known.contains(file.group(1)))) {
                unknown.add(name);
            }
            return true;
        });
        return unknown;
    }

    /** Returns when the image of a name was captured; never, if there is no such time. */
    static Instant time(String name) {
        try {
            return NAME.parse(name.substring(0, TIME_LETTERS), Instant::from);
        } catch (DateTimeParseException e) {
            return Instant.MAX;
        }
    }

    /** Returns the name of the image of a file, which all of its files have. */
    static String image(String file) {
        Matcher matcher = FILE.matcher(file);
        return matcher.matches() ? matcher.group(1) : file;
    }

    /** Returns whether there are files of images. */
    boolean hasImages() throws IOException {
        AtomicBoolean found = new AtomicBoolean();
        store.list(name -> {
            found.set(FILE.matcher(name).matches());
            return !found.get();
        });
        return found.get();
    }

    @Override
    public void close() {
        store.close();
    }
}
