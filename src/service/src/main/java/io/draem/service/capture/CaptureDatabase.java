package io.draem.service.capture;

import io.draem.service.startup.StartUpException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.h2.jdbcx.JdbcConnectionPool;

/** The database of a directory for captured images, which is locked while it is open. */
final class CaptureDatabase {

    private static final String NAME = "captures";

    /** A label that was answered is on the disk; no file grows outside of the limits. */
    private static final String SETTINGS = ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;TRACE_LEVEL_FILE=0";

    /** An interrupt of a thread that reads closes no file. */
    private static final String URL = "jdbc:h2:async:";

    private CaptureDatabase() {}

    /**
     * Returns connections to the database of a directory, which is created if there is none; the first one opens it.
     *
     * @throws StartUpException if the directory cannot be used
     */
    static JdbcConnectionPool open(Path directory) {
        if (directory.toString().indexOf(';') >= 0) {
            throw new StartUpException(
                    "draem.capture.directory has a semicolon in its name: " + directory, "Use another directory");
        }
        try {
            create(directory);
            if (!Files.isWritable(directory)) {
                throw new IOException("it is not writable");
            }
        } catch (IOException e) {
            throw new StartUpException(
                    "draem.capture.directory cannot be used: " + directory + ": " + e,
                    "Name a directory that the service may write to, or leave the property out to capture nothing",
                    e);
        }
        return JdbcConnectionPool.create(URL + directory.resolve(NAME) + SETTINGS, "", "");
    }

    /** Only for the user of the service, where the file system knows users: the images show products. */
    private static void create(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class);
            if (view != null) {
                view.setPermissions(PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    /** Returns why the service cannot start with the database of a directory. */
    static StartUpException unusable(Path directory, Exception cause) {
        return new StartUpException(
                "The database " + directory.resolve(NAME) + ".mv.db of draem.capture.directory cannot be opened: "
                        + reason(cause),
                "Stop the process that uses this directory, or give this one another. If the database is"
                        + " damaged, restore it, or name another directory: the files in this one stay",
                cause);
    }

    static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
