package io.draem.trainer.data;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Reports the progress of work on many images in a line every few seconds, and nothing for work that ends before the
 * first line. A training has a progress bar instead: its steps take equal time and their number is known.
 */
public final class Progress {

    /** Reports nothing. */
    public static final Progress SILENT = new Progress(line -> {}, () -> 0);

    private static final long INTERVAL = Duration.ofSeconds(5).toNanos();
    private static final Duration LONG = Duration.ofMinutes(1);

    /** Images per second: fewer are reported as seconds per image. */
    private static final double SLOW = 0.1;

    private static final double SECOND = Duration.ofSeconds(1).toNanos();

    private final Consumer<String> lines;
    private final LongSupplier nanoTime;

    /**
     * @param lines takes each line
     * @param nanoTime the time now, as {@link System#nanoTime} gives it
     */
    public Progress(Consumer<String> lines, LongSupplier nanoTime) {
        this.lines = lines;
        this.nanoTime = nanoTime;
    }

    /** Returns one that writes to a log. */
    public static Progress on(PrintWriter log) {
        return new Progress(
                line -> {
                    log.println(line);
                    log.flush();
                },
                System::nanoTime);
    }

    /**
     * Begins work.
     *
     * @param what is done to what, the number left out, such as {@code Reading %d images}
     * @param count how many there are
     */
    public Work begin(String what, int count) {
        return new Work(String.format(Locale.ROOT, what, count), count);
    }

    /** Work that has begun. Several threads may do it. */
    public final class Work {

        private final String what;
        private final int count;
        private final long start = nanoTime.getAsLong();
        private long reported = start;
        private int done;

        private Work(String what, int count) {
            this.what = what;
            this.count = count;
        }

        /** Counts one more image. The last one is reported where others were, with the time that all of them took. */
        public synchronized void done() {
            done++;
            long now = nanoTime.getAsLong();
            boolean last = done == count && reported != start;
            if (last || now - reported >= INTERVAL) {
                reported = now;
                double seconds = (now - start) / SECOND;
                lines.accept(String.format(
                        Locale.ROOT,
                        "%s: %d (%d %%), %s%s",
                        what,
                        done,
                        100L * done / count,
                        done < SLOW * seconds
                                ? String.format(Locale.ROOT, "%.0f s per image", seconds / done)
                                : String.format(Locale.ROOT, "%.1f images/s", done / seconds),
                        done == count
                                ? String.format(Locale.ROOT, ", %.0f s in all", seconds)
                                : remaining(Math.round(seconds / done * (count - done)))));
            }
        }

        /** Returns the time that is left, in the form of a training's progress bar; nothing if it is short. */
        private static String remaining(long seconds) {
            return seconds < LONG.toSeconds()
                    ? ""
                    : String.format(
                            Locale.ROOT, ", %d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60);
        }
    }
}
