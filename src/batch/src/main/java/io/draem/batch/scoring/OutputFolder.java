package io.draem.batch.scoring;

import io.draem.batch.BatchException;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Folders that this program may change: those that have its marker file, which it puts into new and empty ones. */
public final class OutputFolder {

    private OutputFolder() {}

    /**
     * Marks a folder, which need not exist.
     *
     * @param marker name of the file
     * @throws BatchException if the folder has no marker and is not empty
     */
    public static void claim(Configuration hadoop, String output, String marker) throws BatchException, IOException {
        Path root = new Path(output);
        FileSystem files = root.getFileSystem(hadoop);
        files.mkdirs(root);
        FileStatus[] found = files.listStatus(root);
        for (FileStatus file : found) {
            if (file.getPath().getName().equals(marker)) {
                return;
            }
        }
        if (found.length > 0) {
            throw new BatchException("--output " + SafeText.escaped(output) + " is not empty and has no file " + marker
                    + ", so that it is not an output of this command: name another folder");
        }
        files.create(new Path(root, marker), true).close();
    }

    /**
     * Requires that an output is not in a folder of images, where its files would be part of the archive.
     *
     * @throws BatchException if it is
     */
    static void requireOutside(Configuration hadoop, String output, String images) throws BatchException, IOException {
        Path root = resolved(hadoop, new Path(output));
        Path archive = new Path(images);
        FileSystem files = archive.getFileSystem(hadoop);
        FileStatus[] found = files.globStatus(archive);
        boolean inside = isBelow(root, files.makeQualified(archive));
        for (FileStatus status : found == null ? new FileStatus[0] : found) {
            inside |= (root + "/").startsWith(resolved(hadoop, status.getPath()) + "/");
        }
        if (inside) {
            throw new BatchException("--output " + SafeText.escaped(output) + " is in the folder of --images "
                    + SafeText.escaped(images) + ": name a folder outside of it");
        }
    }

    /** Returns whether a pattern is one of a folder, or of a folder above it, which need not exist yet. */
    private static boolean isBelow(Path folder, Path pattern) {
        List<String> parts = List.of(pattern.toString().split("/"));
        List<String> names = List.of(folder.toString().split("/"));
        return names.size() >= parts.size()
                && IntStream.range(0, parts.size()).allMatch(i -> new GlobPattern(parts.get(i)).matches(names.get(i)));
    }

    /** Returns the full path of a folder, which need not exist; of one of this machine, without links. */
    private static Path resolved(Configuration hadoop, Path folder) throws IOException {
        FileSystem files = folder.getFileSystem(hadoop);
        Path full = files.makeQualified(folder);
        if (!(files instanceof LocalFileSystem local)) {
            return full;
        }
        java.nio.file.Path path = local.pathToFile(full).toPath().normalize();
        java.nio.file.Path existing = path;
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return files.makeQualified(new Path(
                existing.toRealPath().resolve(existing.relativize(path)).toString()));
    }
}
