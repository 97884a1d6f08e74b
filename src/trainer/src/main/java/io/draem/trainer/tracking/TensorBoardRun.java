package io.draem.trainer.tracking;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes event files for TensorBoard. After an error it warns and writes no more. */
final class TensorBoardRun implements Tracker {

    /** What was written before is in the file so much later, for a page that shows a running training. */
    private static final long FLUSH_NANOS = Duration.ofSeconds(10).toNanos();

    private final Path folder;
    private final PrintWriter log;
    private @Nullable EventFile file;
    private long flushed = System.nanoTime();

    private interface Action {

        void run(EventFile file) throws IOException;
    }

    /**
     * Writes to a file.
     *
     * @param folder of the run, for messages
     * @param file closed by {@link #end}
     */
    TensorBoardRun(Path folder, EventFile file, PrintWriter log) {
        this.folder = folder;
        this.file = file;
        this.log = log;
    }

    /** Shows the command line of the training. */
    void command(long step, String command) {
        attempt(events -> {
            events.text(step, "command", "    " + command);
            events.flush();
        });
    }

    @Override
    public void figures(long step, Map<String, Double> figures) {
        attempt(events -> {
            events.numbers(step, figures);
            long now = System.nanoTime();
            if (now - flushed > FLUSH_NANOS) {
                events.flush();
                flushed = now;
            }
        });
    }

    @Override
    public void pictures(long step, List<Picture> pictures) {
        attempt(events -> {
            for (Picture picture : pictures) {
                events.picture(step, picture);
            }
            events.flush();
        });
    }

    @Override
    public void published(Path version) {}

    @Override
    public void end(Ending ending) {
        attempt(EventFile::close);
    }

    private void attempt(Action action) {
        EventFile events = file;
        if (events == null) {
            return;
        }
        try {
            action.run(events);
        } catch (IOException e) {
            file = null;
            closeQuietly(events);
            log.println("warning: TensorBoard shows no more of this training: cannot write to " + folder + ": "
                    + e.getMessage());
            log.flush();
        }
    }

    private static void closeQuietly(EventFile events) {
        try {
            events.close();
        } catch (IOException e) {
            // What it could not write is what the warning is about.
        }
    }
}
