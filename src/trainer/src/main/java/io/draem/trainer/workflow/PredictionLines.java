package io.draem.trainer.workflow;

import io.draem.trainer.checkpoint.AtomicFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The lines of a prediction. Until all images are done they are appended to a part file, in the order in which images are
 * done; that file outlives a run that is stopped or killed. Published, they are in the order of the images.
 */
final class PredictionLines implements AutoCloseable {

    private final Path whole;
    private final Path part;
    private final LockedFile appended;

    /** The file of an earlier run, open from its reading until its lines are copied: they stay where they were found. */
    private final @Nullable FileChannel before;

    private final Map<String, Line> lines = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private int discarded;

    /**
     * Where a line is, and what is counted of it.
     *
     * @param stamp of the image's file when it was examined; null if it is not known
     * @param anomalous the verdict
     * @param usual whether the image looks like the training images
     */
    record Line(@Nullable FileStamp stamp, boolean anomalous, boolean usual, FileChannel in, long offset, int length) {}

    /**
     * What tells whether a file has changed without reading it.
     *
     * @param bytes its size
     * @param modified time of its last change, as exact as the file system records it
     */
    record FileStamp(long bytes, Instant modified) {

        /** Returns that of a file now; null if the file is not there or its folder cannot be read. */
        static @Nullable FileStamp of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new FileStamp(
                        attributes.size(), attributes.lastModifiedTime().toInstant());
            } catch (IOException e) {
                return null;
            }
        }
    }

    private PredictionLines(Path whole, Path part, LockedFile appended, @Nullable FileChannel before) {
        this.whole = whole;
        this.part = part;
        this.appended = appended;
        this.before = before;
    }

    /**
     * Opens the part file of a folder.
     *
     * @param paths of all images; lines of others are not kept
     * @param keeping says whether a line of an earlier run is kept, from the line and the time of the last change of its
     *     file; null for none, which empties the part file
     * @throws TrainerException if another process writes into it
     */
    static PredictionLines open(Path folder, Set<String> paths, @Nullable BiPredicate<JsonNode, FileTime> keeping)
            throws IOException, TrainerException {
        Path whole = folder.resolve(Predictions.FILE);
        Path part = AtomicFile.of(whole);
        LockedFile appended = LockedFile.open(part);
        if (appended == null) {
            throw new TrainerException(
                    "Another predict writes into " + folder + ": wait for its end, or name another --output");
        }
        FileChannel before = null;
        boolean opened = false;
        try {
            if (keeping != null && Files.exists(whole)) {
                before = FileChannel.open(whole);
            }
            PredictionLines lines = new PredictionLines(whole, part, appended, before);
            lines.read(paths, keeping);
            opened = true;
            return lines;
        } finally {
            if (!opened) {
                appended.close();
                if (before != null) {
                    before.close();
                }
            }
        }
    }

    private void read(Set<String> paths, @Nullable BiPredicate<JsonNode, FileTime> keeping) throws IOException {
        if (keeping == null) {
            LockedFile.read(appended.channel(), (line, offset) -> discarded++);
            appended.cut(0);
            return;
        }
        if (before != null) {
            read(before, Files.getLastModifiedTime(whole), paths, keeping);
        }
        // The last line may be half written, by a run that was killed.
        appended.cut(read(appended.channel(), Files.getLastModifiedTime(part), paths, keeping));
    }

    private long read(FileChannel in, FileTime written, Set<String> paths, BiPredicate<JsonNode, FileTime> keeping)
            throws IOException {
        return LockedFile.read(in, (text, offset) -> {
            JsonNode line = PredictionJson.read(text);
            String path = line.path("path").asString("");
            if (!paths.contains(path)) {
                return; // before anything else of a file that may be damaged is used
            }
            if (keeping.test(line, written)) {
                add(line, in, offset, text.length);
            } else {
                // The run that wrote it has replaced the pictures of an earlier line, too.
                lines.remove(path);
                refused.add(path);
            }
        });
    }

    private void add(JsonNode line, FileChannel in, long offset, int length) {
        lines.put(
                line.path("path").asString(""),
                new Line(
                        PredictionJson.file(line),
                        line.path("anomalous").asBoolean(false),
                        line.at("/input/usual").asBoolean(true),
                        in,
                        offset,
                        length));
    }

    /** Returns the line of an image, by its path below the folder of images; null if there is none. */
    @Nullable
    Line get(String path) {
        return lines.get(path);
    }

    /** Returns whether an image had a line that is not kept, and none that is. */
    boolean refused(String path) {
        return refused.contains(path) && !lines.containsKey(path);
    }

    /** Returns how many lines of a run that was stopped or killed were deleted because none is kept. */
    int discarded() {
        return discarded;
    }

    /** Returns whether the part file has no line. */
    boolean isEmpty() {
        return appended.isEmpty();
    }

    /** Returns the part file. */
    Path part() {
        return part;
    }

    /** Adds the line of an image, in place of an earlier one; a run that is killed afterwards does not lose it. */
    void append(JsonNode line) throws IOException {
        byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
        add(line, appended.channel(), appended.append(text), text.length);
    }

    /**
     * Replaces the lines of earlier runs and deletes the part file.
     *
     * @param paths of all images, each of which has a line
     * @param table that is made of the lines
     */
    void publish(List<String> paths, PredictionTable table) throws IOException {
        Path sorted = whole.resolveSibling(whole.getFileName() + ".new");
        try {
            try (FileChannel out = FileChannel.open(
                    sorted,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                for (String path : paths) {
                    Line line = lines.get(path);
                    if (line == null) {
                        throw new IllegalStateException("There is no line of " + path);
                    }
                    copy(line, out);
                }
                out.force(true);
            }
            table.write(sorted);
            table.deleteEarlier();
            closeBefore(); // Windows replaces no file that is open
            AtomicFile.publish(sorted, whole);
        } finally {
            Files.deleteIfExists(sorted);
        }
        table.publish();
        appended.delete();
    }

    private void copy(Line line, FileChannel out) throws IOException {
        for (long copied = 0; copied < line.length(); ) {
            long more = line.in().transferTo(line.offset() + copied, line.length() - copied, out);
            if (more == 0) {
                throw new EOFException((line.in().equals(before) ? whole : part)
                        + " was shortened by another program: run the command again");
            }
            copied += more;
        }
    }

    private void closeBefore() throws IOException {
        if (before != null) {
            before.close();
        }
    }

    /** Keeps the part file unless it is empty. */
    @Override
    public void close() throws IOException {
        try {
            closeBefore();
        } finally {
            appended.close();
        }
    }
}
