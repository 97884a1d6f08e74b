package io.draem.batch.scoring;

import io.draem.file.DurableFile;
import java.io.IOException;
import java.net.URI;
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
import org.jspecify.annotations.Nullable;

/** Files of any file system that are complete when they are seen. */
public final class WholeFile {

    /** Stores that show an object when all of it was sent, and rename by copying. */
    private static final Set<String> STORES = Set.of("s3", "s3a", "s3n", "gs", "oss", "cosn", "obs", "tos");

    /** The context that was used last: one is made by reading the settings, which takes longer than a small file. */
    private static volatile @Nullable Context last;

    private record Context(Configuration hadoop, URI root, FileContext files) {}

    private WholeFile() {}

    /** Returns whether a file system is an object store, where no folder can be renamed at once. */
    static boolean isStore(FileSystem files) {
        return STORES.contains(files.getUri().getScheme());
    }

    /** Writes a file in place of one of its name; its folder need not exist. */
    public static void write(Configuration hadoop, Path file, byte[] content) throws IOException {
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
                context(hadoop, files.getUri()).rename(part, file, Options.Rename.OVERWRITE);
            } finally {
                files.delete(part, false);
            }
        }
    }

    private static FileContext context(Configuration hadoop, URI root) throws IOException {
        Context known = last;
        if (known == null || known.hadoop() != hadoop || !known.root().equals(root)) {
            known = new Context(hadoop, root, FileContext.getFileContext(root, hadoop));
            last = known;
        }
        return known.files();
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
