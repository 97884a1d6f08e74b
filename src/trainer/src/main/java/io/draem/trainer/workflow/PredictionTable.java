package io.draem.trainer.workflow;

import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.table.CsvTable;
import io.draem.trainer.table.ParquetTable;
import io.draem.trainer.table.TableWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table of a prediction next to its lines, in the format that was chosen. It is written before the lines are published
 * and takes its name after them, and tables of earlier runs are deleted in between: a table is that of the lines, or not
 * there.
 */
final class PredictionTable {

    private final Path folder;
    private final Predictions.Format format;
    private final PrintWriter log;

    /** @param log where it says that a table of an earlier run is deleted */
    PredictionTable(Path folder, Predictions.Format format, PrintWriter log) {
        this.folder = folder;
        this.format = format;
        this.log = log;
    }

    /**
     * Writes the table under another name; nothing where the lines are all that is wanted.
     *
     * @param lines of all images, in the order of the images
     */
    void write(Path lines) throws IOException {
        if (format == Predictions.Format.JSONL) {
            return;
        }
        Path part = AtomicFile.of(file(format));
        try (BufferedReader reader = Files.newBufferedReader(lines);
                TableWriter table = format == Predictions.Format.CSV ? new CsvTable(part) : new ParquetTable(part)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                table.add(JsonMapper.shared().readTree(line));
            }
        }
        try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    /** Deletes the tables of earlier runs, and what runs that were killed left of theirs. */
    void deleteEarlier() throws IOException {
        for (Predictions.Format other : Predictions.Format.values()) {
            if (other != Predictions.Format.JSONL) {
                boolean deleted = Files.deleteIfExists(file(other));
                if (other != format) {
                    Files.deleteIfExists(AtomicFile.of(file(other)));
                    if (deleted) {
                        log.println("The " + file(other) + " of an earlier run is deleted: --resume --output-format "
                                + other + " writes it again");
                        log.flush();
                    }
                }
            }
        }
    }

    /** Gives the table its name. */
    void publish() throws IOException {
        if (format != Predictions.Format.JSONL) {
            AtomicFile.publish(AtomicFile.of(file(format)), file(format));
        }
    }

    private Path file(Predictions.Format of) {
        return folder.resolve(of.file());
    }
}
