package io.draem.trainer.comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Results of runs, one per line, appended as the runs end. The last line of a run counts, so that one that failed can be
 * run again; all lines stay.
 */
final class ResultsFile {

    private final Path file;
    private final Map<RunResult.Run, RunResult> results = new LinkedHashMap<>();

    private ResultsFile(Path file) {
        this.file = file;
    }

    /**
     * Opens a file, which need not exist.
     *
     * @throws IOException if a line cannot be read; the message names it
     */
    static ResultsFile open(Path file) throws IOException {
        ResultsFile opened = new ResultsFile(file);
        if (!Files.exists(file)) {
            return opened;
        }
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals(RunResult.HEADER)) {
                try {
                    opened.put(RunResult.parse(lines.get(i)));
                } catch (IllegalArgumentException e) {
                    throw new IOException(file + ", line " + (i + 1) + ": " + e.getMessage() + "; remove the line", e);
                }
            }
        }
        return opened;
    }

    /** Appends a result; several threads may. */
    synchronized void append(RunResult result) throws IOException {
        String head = Files.exists(file) ? "" : RunResult.HEADER + "\n";
        Files.writeString(file, head + result.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        put(result);
    }

    /** Returns whether a run has ended with figures. */
    synchronized boolean isFinished(RunResult.Run run) {
        RunResult result = results.get(run);
        return result != null && !result.isFailed();
    }

    /** Returns the last result of each run, in the order of their last lines. */
    synchronized List<RunResult> results() {
        return List.copyOf(results.values());
    }

    private void put(RunResult result) {
        results.remove(result.run());
        results.put(result.run(), result);
    }
}
