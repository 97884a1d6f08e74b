package io.draem.trainer.workflow;

import io.draem.trainer.checkpoint.AtomicFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The lines of a prediction. Until all images are done they are appended to a part file, in the order in which images are
 * done; that file outlives a run that is stopped or killed. Published, they are in the order of the images.
 */
final class PredictionLines implements AutoCloseable {

    private final Path whole;
    private final Path part;
    private final FileChannel appended;
    private final Map<String, Line> lines = new HashMap<>();

    private final Set<String> refused = new HashSet<>();

    /**
     * Where a line is, and what is counted of it.
     *
     * @param stamp of the image's file when it was examined; null if it is not known
     * @param anomalous the verdict
     * @param usual whether the image looks like the training images
     */
    record Line(@Nullable FileStamp stamp, boolean anomalous, boolean usual, Path in, long offset, int length) {}

    private PredictionLines(Path whole, Path part, FileChannel appended) {
        this.whole = whole;
        this.part = part;
        this.appended = appended;
    }

    /**
     * Opens the part file of a folder.
     *
     * @param kept which lines of earlier runs are kept; null to begin anew, which empties the part file
     * @throws TrainerException if another process writes into it
     */
    static PredictionLines open(Path folder, @Nullable Predicate<JsonNode> kept) throws IOException, TrainerException {
        Path whole = folder.resolve(Predictions.FILE);
        Path part = AtomicFile.of(whole);
        FileChannel appended =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean opened = false;
        try {
            if (isLocked(appended)) {
                throw new TrainerException(
                        "Another predict writes into " + folder + ": wait for its end, or name another --output");
            }
            PredictionLines lines = new PredictionLines(whole, part, appended);
            long end = 0;
            if (kept != null) {
                lines.find(whole, kept);
                end = lines.find(part, kept);
            }
            appended.truncate(end).position(end); // without the line that a killed run has left half written
            opened = true;
            return lines;
        } finally {
            if (!opened) {
                appended.close();
            }
        }
    }

    /** The lock lasts until the channel is closed. */
    private static boolean isLocked(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true; // of this process
        } catch (IOException e) {
            return false; // a file system without locks
        }
    }

    /** Finds the lines of a file and returns where the last complete one ends, 0 without a file. */
    private long find(Path file, Predicate<JsonNode> kept) throws IOException {
        long offset = 0;
        if (Files.exists(file)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                for (int next = in.read(); next >= 0; next = in.read()) {
                    line.write(next);
                    if (next == '\n') {
                        find(line.toByteArray(), kept, file, offset);
                        offset += line.size();
                        line.reset();
                    }
                }
            }
        }
        return offset;
    }

    private void find(byte[] text, Predicate<JsonNode> kept, Path file, long offset) {
        try {
            JsonNode line = JsonMapper.shared().readTree(text);
            if (kept.test(line)) {
                add(line, file, offset, text.length);
            } else {
                refused.add(line.path("path").asString(""));
            }
        } catch (JacksonException e) {
            // Not a line of a prediction: a machine that lost its power may have left anything in the part file.
        }
    }

    private void add(JsonNode line, Path file, long offset, int length) {
        lines.put(
                line.path("path").asString(""),
                new Line(
                        PredictionJson.file(line),
                        line.path("anomalous").asBoolean(false),
                        line.at("/input/usual").asBoolean(true),
                        file,
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

    /** Returns whether the part file has no line. */
    boolean isEmpty() throws IOException {
        return appended.size() == 0;
    }

    /** Returns the part file. */
    Path part() {
        return part;
    }

    /** Adds the line of an image, in place of an earlier one; a run that is killed afterwards does not lose it. */
    void append(JsonNode line) throws IOException {
        byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
        long offset = appended.position();
        ByteBuffer left = ByteBuffer.wrap(text);
        while (left.hasRemaining()) {
            appended.write(left);
        }
        add(line, part, offset, text.length);
    }

    /**
     * Replaces the lines of earlier runs and deletes the part file.
     *
     * @param paths of all images, each of which has a line
     */
    void publish(List<String> paths) throws IOException {
        Path sorted = whole.resolveSibling(whole.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                        sorted,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                FileChannel before = Files.exists(whole) ? FileChannel.open(whole) : null) {
            for (String path : paths) {
                Line line = lines.get(path);
                if (line == null) {
                    throw new IllegalStateException("There is no line of " + path);
                }
                FileChannel in = line.in().equals(part) || before == null ? appended : before;
                copy(in, line, out);
            }
            out.force(true);
        }
        AtomicFile.publish(sorted, whole);
        appended.close();
        Files.deleteIfExists(part);
    }

    private static void copy(FileChannel in, Line line, FileChannel out) throws IOException {
        for (long copied = 0; copied < line.length(); ) {
            long more = in.transferTo(line.offset() + copied, line.length() - copied, out);
            if (more == 0) {
                throw new EOFException(line.in() + " was shortened by another program: run the command again");
            }
            copied += more;
        }
    }

    /** Keeps the part file unless it is empty. */
    @Override
    public void close() throws IOException {
        if (appended.isOpen()) {
            boolean empty = isEmpty();
            appended.close();
            if (empty) {
                Files.deleteIfExists(part);
            }
        }
    }
}
