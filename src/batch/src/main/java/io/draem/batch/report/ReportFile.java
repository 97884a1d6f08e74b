package io.draem.batch.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The file {@code report.html} of an output, which is whole when it is there. */
public final class ReportFile {

    private static final String NAME = "report.html";

    private ReportFile() {}

    /** Writes the page in place of an earlier one. */
    public static void write(Configuration hadoop, String output, String html) throws IOException {
        Path file = new Path(output, NAME);
        Path part = new Path(output, "_" + NAME);
        FileSystem files = file.getFileSystem(hadoop);
        try (OutputStream out = files.create(part, true)) {
            out.write(html.getBytes(StandardCharsets.UTF_8));
        }
        files.delete(file, false);
        if (!files.rename(part, file)) {
            throw new IOException(part + " could not be renamed to " + file + ": check the rights of the folder");
        }
    }
}
