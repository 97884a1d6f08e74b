package io.draem.batch.scoring;

import io.draem.batch.BatchException;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Folders that this program may change: those that have its marker file, which it puts into new and empty ones. */
public final class OutputFolder {

    private static final Pattern PATTERN = Pattern.compile("[*?{\\[\\\\]");

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
        Path pattern = files.makeQualified(archive);
        FileStatus[] found = files.globStatus(archive);
        boolean inside =
                isBelow(root, withoutLinks(hadoop, pattern)) || isBelow(files.makeQualified(new Path(output)), pattern);
        for (int i = 0; found != null && !inside && i < found.length; i++) {
            inside = !found[i].isFile() && (root + "/").startsWith(resolved(hadoop, found[i].getPath()) + "/");
        }
        if (inside) {
            throw new BatchException("--output " + SafeText.escaped(output) + " is in the folder of --images "
                    + SafeText.escaped(images) + ": name a folder outside of it");
        }
    }

    /** Returns whether a pattern is one of a folder, or of a folder above it, which need not exist yet. */
    private static boolean isBelow(Path folder, Path pattern) throws IOException {
        List<String> names = List.of(folder.toString().split("/"));
        for (String one : GlobExpander.expand(pattern.toString())) {
            List<String> parts = List.of(one.split("/"));
            if (names.size() >= parts.size()
                    && IntStream.range(0, parts.size())
                            .allMatch(i -> new GlobPattern(parts.get(i)).matches(names.get(i)))) {
                return true;
            }
        }
        return false;
    }

    /** Returns a pattern whose folders before the first one that is a pattern are without links. */
    private static Path withoutLinks(Configuration hadoop, Path pattern) throws IOException {
        Path fixed = pattern;
        for (Path above = pattern; above != null && !above.isRoot(); above = above.getParent()) {
            fixed = PATTERN.matcher(above.getName()).find() ? above.getParent() : fixed;
        }
        return fixed.equals(pattern)
                ? resolved(hadoop, pattern)
                : new Path(resolved(hadoop, fixed)
                        + pattern.toString().substring(fixed.toString().length()));
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
