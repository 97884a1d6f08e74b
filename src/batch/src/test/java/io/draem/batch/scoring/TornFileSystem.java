package io.draem.batch.scoring;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files with the scheme {@code torn}, of which a number can be opened before a task that opens one fails. */
public final class TornFileSystem extends RawLocalFileSystem {

    static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);

    @Override
    public URI getUri() {
        return URI.create("torn:///");
    }

    @Override
    public String getScheme() {
        return "torn";
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        return plain(super.getFileStatus(path));
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return Arrays.stream(super.listStatus(path)).map(TornFileSystem::plain).toArray(FileStatus[]::new);
    }

    /** That of the superclass reads rights of files by their URI, which must have the scheme file. */
    private static FileStatus plain(FileStatus status) {
        return new FileStatus(
                status.getLen(),
                status.isDirectory(),
                1,
                status.getBlockSize(),
                status.getModificationTime(),
                status.getPath());
    }

    @Override
    public FSDataInputStream open(Path file, int buffer) throws IOException {
        if (LEFT.getAndDecrement() <= 0) {
            throw new AssertionError("The task is torn at " + file.getName());
        }
        return super.open(file, buffer);
    }
}
