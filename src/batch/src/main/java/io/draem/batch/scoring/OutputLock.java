package io.draem.batch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.draem.batch.BatchException;
import io.draem.text.SafeText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The file {@code _lock} of an output, which one run at a time has. That of a process of this machine that has ended is
 * replaced; otherwise a person deletes it.
 */
final class OutputLock implements AutoCloseable {

    static final String NAME = "_lock";

    private static final int LARGEST = 4096;

    /** Start times of a process that two others see may differ by changes of the clock. */
    private static final Duration CLOCK = Duration.ofMinutes(1);

    private final FileSystem files;
    private final Path file;
    private final String text;

    private OutputLock(FileSystem files, Path file, String text) {
        this.files = files;
        this.file = file;
        this.text = text;
    }

    /**
     * Locks an output.
     *
     * @throws BatchException if another run has it; the message names that and the file to delete
     */
    static OutputLock acquire(FileSystem files, Path root) throws BatchException, IOException {
        ProcessHandle process = ProcessHandle.current();
        String text = String.join(
                "\n",
                host(),
                String.valueOf(process.pid()),
                process.info().startInstant().map(Instant::toString).orElse("-"),
                Instant.now().toString(),
                UUID.randomUUID().toString());
        OutputLock lock = new OutputLock(files, files.makeQualified(new Path(root, NAME)), text);
        if (lock.create()) {
            return lock;
        }
        String other = lock.read();
        if (isOfEndedProcess(other) && lock.remove(other) && lock.create()) {
            return lock;
        }
        throw lock.held(other);
    }

    /**
     * Requires that no other run has taken the output.
     *
     * @throws BatchException if the file is not this run's any longer
     */
    void requireHeld() throws BatchException, IOException {
        if (!read().equals(text)) {
            throw new BatchException("The file " + file + " is no longer that of this run: another one may write to the"
                    + " same output. The table is unchanged; run one at a time");
        }
    }

    @Override
    public void close() throws IOException {
        if (read().equals(text)) {
            files.delete(file, false);
        }
    }

    /** Creates the file, unless there is one. */
    private boolean create() throws IOException {
        try (OutputStream out = open()) {
            out.write(text.getBytes(UTF_8));
            return true;
        } catch (FileAlreadyExistsException | org.apache.hadoop.fs.FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            if (files.exists(file)) { // stores have exceptions of their own
                return false;
            }
            throw e;
        }
    }

    /** Opens the file, unless there is one; in an object store that is known when the stream is closed. */
    private OutputStream open() throws IOException {
        if (files instanceof LocalFileSystem local) { // Hadoop's looks whether there is a file before it creates it
            return Files.newOutputStream(local.pathToFile(file).toPath(), StandardOpenOption.CREATE_NEW);
        }
        FSDataOutputStreamBuilder<?, ?> builder = files.createFile(file);
        builder.overwrite(false);
        builder.recursive();
        // S3 then decides between two runs; other file systems do so anyway, and ignore this.
        builder.opt("fs.option.create.conditional.overwrite", true);
        return builder.build();
    }

    /** Returns the text of the file; empty if there is none. */
    private String read() throws IOException {
        try (FSDataInputStream in = files.open(file)) {
            return new String(in.readNBytes(LARGEST), UTF_8);
        } catch (FileNotFoundException e) {
            return "";
        }
    }

    /** Removes a file with this text; one that another run has written meanwhile is put back. */
    private boolean remove(String other) throws IOException {
        OutputLock moved = new OutputLock(files, file.suffix("-" + UUID.randomUUID()), other);
        if (!files.rename(file, moved.file)) {
            return false;
        }
        if (moved.read().equals(other)) {
            return files.delete(moved.file, false);
        }
        files.rename(moved.file, file);
        return false;
    }

    private static boolean isOfEndedProcess(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() != 5 || lines.get(0).isEmpty() || !lines.get(0).equals(host())) {
            return false;
        }
        try {
            Instant started = Instant.parse(lines.get(2));
            return ProcessHandle.of(Long.parseLong(lines.get(1)))
                    .flatMap(process -> process.info().startInstant())
                    .filter(start -> Duration.between(started, start).abs().compareTo(CLOCK) < 0)
                    .isEmpty();
        } catch (NumberFormatException | DateTimeException e) {
            return false;
        }
    }

    private BatchException held(String other) {
        List<String> lines = other.lines().map(SafeText::of).toList();
        String holder = lines.size() == 5
                ? "process " + lines.get(1) + " of host " + lines.get(0) + ", since " + lines.get(3)
                : "one that has not said which";
        return new BatchException("Another run writes to this output (" + holder + "). Wait for it; if it was killed,"
                + " delete the file " + file);
    }

    /** Returns the name of this machine; empty if it has none. */
    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }
}
