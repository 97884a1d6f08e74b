package io.draem.batch.scoring;

import io.draem.file.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/** Files of any file system that are complete when they are seen. */
final class WholeFile {

    /** Stores that show an object when all of it was sent, and rename by copying. */
    private static final Set<String> STORES = Set.of("s3", "s3a", "s3n", "gs", "oss", "cosn", "obs", "tos");

    private WholeFile() {}

    /** Returns whether a file system is an object store, where no folder can be renamed at once. */
    static boolean isStore(FileSystem files) {
        return STORES.contains(files.getScheme());
    }

    /** Writes a file in place of one of its name; its folder need not exist. */
    static void write(Configuration hadoop, Path file, byte[] content) throws IOException {
        FileSystem files = file.getFileSystem(hadoop);
        if (files instanceof LocalFileSystem local) {
            java.nio.file.Path path = local.pathToFile(file).toPath();
            Files.createDirectories(path.resolveSibling(""));
            DurableFile.write(path, content);
        } else if (isStore(files)) {
            try (FSDataOutputStream out = files.create(file, true)) {
                send(out, content);
            }
        } else {
            Path part = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID() + ".part");
            try {
                try (FSDataOutputStream out = files.create(part, false)) {
                    out.write(content);
                    out.hsync();
                }
                FileContext.getFileContext(files.getUri(), hadoop).rename(part, file, Options.Rename.OVERWRITE);
            } finally {
                files.delete(part, false);
            }
        }
    }

    private static void send(FSDataOutputStream out, byte[] content) throws IOException {
        try {
            out.write(content);
        } catch (IOException | RuntimeException e) {
            if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
                out.abort(); // closing it would show what was sent
            }
            throw e;
        }
    }
}
