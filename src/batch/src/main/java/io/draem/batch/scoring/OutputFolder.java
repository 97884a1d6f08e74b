package io.draem.batch.scoring;

import io.draem.batch.BatchException;
import io.draem.text.SafeText;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
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
        Path root = new Path(output);
        String folder = root.getFileSystem(hadoop).makeQualified(root) + "/";
        Path archive = new Path(images);
        FileStatus[] found = archive.getFileSystem(hadoop).globStatus(archive);
        if (found == null) {
            return;
        }
        for (FileStatus status : found) {
            if (status.isDirectory() && folder.startsWith(status.getPath() + "/")) {
                throw new BatchException("--output " + SafeText.escaped(output) + " is in the folder of --images "
                        + SafeText.escaped(images) + ": name a folder outside of it");
            }
        }
    }
}
