package io.draem.service.history;

import io.draem.file.DurableFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The changes of one model, a JSON object per line. All replicas append to it, one after the other by the lock of a second
 * file, since this one is replaced when it is shortened. Lines that are no change, such as one that a power failure has cut,
 * are skipped.
 */
final class HistoryFile {

    /** Its name in the folder of the model. */
    static final String NAME = "history.jsonl";

    /** Most changes that are read. */
    static final int MOST = 100;

    private static final String LOCK = ".history.lock";

    /** Where the file would be longer, it is shortened to the last changes. */
    static final int MOST_BYTES = 128 << 10;

    private static final int MOST_LINE = 1 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long INTERVAL_MILLIS = 10;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Path lock;

    /** @param folder of the model */
    HistoryFile(Path folder) {
        this.file = folder.resolve(NAME);
        this.lock = folder.resolve(LOCK);
    }

    /** Returns whether changes can be kept, as far as that can be said without a change. */
    boolean isWritable() {
        return Files.isWritable(file.resolveSibling("")) && (isMissing(file) || Files.isWritable(file));
    }

    /** Returns the last changes, the oldest first; none where there is no file. */
    List<ServedChange> read() throws IOException {
        if (isMissing(file)) {
            return List.of();
        }
        try (FileChannel channel = open(file, Set.of(StandardOpenOption.READ))) {
            return changes(tail(channel));
        }
    }

    /**
     * Appends a change, unless the file {@linkplain ServedChange#after has it}, or puts it in the place of the last one, which
     * it {@linkplain ServedChange#explains explains}; returns whether it was written.
     *
     * @throws IOException if the file cannot be written; it is as before then
     */
    boolean append(ServedChange change) throws IOException {
        if (change.cause().reason() == ServedChange.Reason.START && isMissing(file)) {
            return false; // without a trace of the service in a directory where nothing changes
        }
        try (FileChannel locked = open(lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
                FileLock held = lock(locked);
                FileChannel channel = open(
                        file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
            List<ServedChange> before = changes(tail(channel));
            ServedChange next = change.after(before);
            if (next == null) {
                return false;
            }
            byte[] line = line(next);
            int last = before.size() - 1;
            if (last >= 0 && next.explains(before.get(last))) {
                replace(before.subList(0, last), line);
            } else if (channel.size() + line.length + 1 > MOST_BYTES) {
                replace(before, line);
            } else {
                append(channel, line);
            }
            return true;
        }
    }

    private void append(FileChannel channel, byte[] line) throws IOException {
        long size = channel.size();
        ByteBuffer end = ByteBuffer.allocate(1);
        boolean torn = size > 0 && channel.read(end, size - 1) == 1 && end.get(0) != '\n';
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 1);
        if (torn) { // what a power failure has cut stays a line of its own
            bytes.put((byte) '\n');
        }
        bytes.put(line).flip();
        try {
            DurableFile.write(channel.position(size), bytes);
        } catch (IOException e) {
            channel.truncate(size); // the disk is full: no half line
            throw e;
        }
        if (size == 0) {
            DurableFile.forceFolder(file);
        }
    }

    private void replace(List<ServedChange> before, byte[] line) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ServedChange change : before) {
            bytes.write(line(change));
        }
        bytes.write(line);
        DurableFile.write(file, bytes.toByteArray());
    }

    /** Waits for the lock; not for ever, since a replica that hangs may hold it. */
    private static FileLock lock(FileChannel channel) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // held inside this process
            }
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() > end) {
                throw new IOException("another process holds the lock of " + NAME);
            }
            try {
                Thread.sleep(INTERVAL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private static boolean isMissing(Path path) {
        return Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** A named pipe would block, and a link may lead to a file of something else. */
    private static FileChannel open(Path path, Set<StandardOpenOption> how) throws IOException {
        if (!isMissing(path) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(path + " is no ordinary file");
        }
        return FileChannel.open(path, how);
    }

    /** Returns the last bytes, from the begin of a line on. */
    private static byte[] tail(FileChannel channel) throws IOException {
        long from = Math.max(0, channel.size() - MOST_BYTES);
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MOST_BYTES, channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {}
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static List<ServedChange> changes(byte[] bytes) {
        List<ServedChange> changes = new ArrayList<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            ServedChange change = line.startsWith("{") && line.length() <= MOST_LINE ? parse(line) : null;
            if (change != null) {
                changes.add(change);
            }
        });
        return List.copyOf(changes.subList(Math.max(0, changes.size() - MOST), changes.size()));
    }

    private static byte[] line(ServedChange change) {
        ObjectNode line = JSON.createObjectNode();
        line.put("time", change.time().toString());
        line.put("from", change.from());
        line.put("to", change.to());
        line.put("digest", change.digest());
        line.put("reason", change.cause().reason().id());
        line.put("key", change.cause().key());
        line.put("instance", change.instance());
        line.propertyNames().stream().toList().forEach(name -> {
            if (line.get(name).isNull()) {
                line.remove(name);
            }
        });
        return (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable ServedChange parse(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            ServedChange.Reason reason =
                    ServedChange.Reason.valueOf(node.path("reason").asString("").toUpperCase(Locale.ROOT));
            return new ServedChange(
                    Instant.parse(node.path("time").asString("")),
                    number(node.path("from")),
                    number(node.path("to")),
                    text(node.path("digest")),
                    new ServedChange.Cause(reason, text(node.path("key"))),
                    text(node.path("instance")));
        } catch (JacksonException | DateTimeParseException | IllegalArgumentException e) {
            return null; // also of a later release, which may have more reasons
        }
    }

    private static @Nullable Integer number(JsonNode node) {
        return node.isInt() ? node.intValue() : null;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }
}
