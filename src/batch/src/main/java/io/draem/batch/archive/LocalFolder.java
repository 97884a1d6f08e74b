package io.draem.batch.archive;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** What Hadoop does not say of folders of this machine; nothing of those elsewhere. */
final class LocalFolder {

    /** What the JVM reads for bytes that its encoding of file names does not have. */
    private static final char UNDECODED = '\uFFFD';

    private LocalFolder() {}

    /**
     * Refuses a folder that is a link to a folder in which it lies: its files would be listed again and again.
     *
     * @throws IOException if it is one
     */
    static void requireNoLoop(FileSystem files, Path folder) throws IOException {
        if (!(files instanceof LocalFileSystem local)) {
            return;
        }
        java.nio.file.Path link = local.pathToFile(folder).toPath();
        if (!Files.isSymbolicLink(link)) {
            return;
        }
        java.nio.file.Path target = link.toRealPath();
        for (java.nio.file.Path above = link.getParent(); above != null; above = above.getParent()) {
            if (above.toRealPath().equals(target)) {
                throw new IOException(link + " is a link to a folder in which it lies, " + target
                        + ": remove it, or name the folders without it by a pattern");
            }
        }
    }

    /** @param path of an entry that cannot be read; of several with one name, the later ones have a number */
    record LeftOut(Path path, String problem) {}

    /**
     * Returns the entries that a list of Hadoop leaves out without a word, each with the reason: those whose names this JVM
     * cannot decode, and links to what is not there.
     *
     * @param found entries of the folder that Hadoop has listed
     */
    static List<LeftOut> leftOut(FileSystem files, Path folder, int found) {
        if (!(files instanceof LocalFileSystem local)) {
            return List.of();
        }
        File directory = local.pathToFile(folder);
        String[] names = directory.list();
        List<LeftOut> all = new ArrayList<>();
        Map<String, Integer> times = new HashMap<>();
        for (String name : names == null || names.length <= found ? new String[0] : names) {
            File file = new File(directory, name);
            if (file.exists()) {
                continue;
            }
            if (isUndecoded(name)) {
                int time = times.merge(name, 1, Integer::sum);
                all.add(new LeftOut(
                        new Path(folder, new Path(null, null, time == 1 ? name : name + " (" + time + ")")),
                        "The name of this file or folder is not in the encoding "
                                + System.getProperty("sun.jnu.encoding")
                                + " of names here: rename it, or start Java in the locale of the names, such as with"
                                + " LC_ALL=C.UTF-8"));
            } else if (Files.isSymbolicLink(file.toPath())) {
                all.add(new LeftOut(new Path(folder, new Path(null, null, name)), "It is a link to what is not there"));
            }
        }
        return all;
    }

    private static boolean isUndecoded(String name) {
        try {
            return name.indexOf(UNDECODED) >= 0
                    || new File(name).toPath().toString().isEmpty();
        } catch (InvalidPathException e) {
            return true;
        }
    }
}
