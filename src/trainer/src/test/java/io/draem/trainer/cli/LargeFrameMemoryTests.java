package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.BoundedProcess;
import io.draem.testing.LongTest;
import io.draem.testing.ProcessMemory;
import io.draem.trainer.data.SurfaceFrames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Trains on more frames of 12 megapixels than fit the heap. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@LongTest
@Timeout(value = 3, unit = TimeUnit.HOURS)
class LargeFrameMemoryTests {

    private static final int FRAMES = 300;
    private static final int HEAP_MEGABYTES = 1024;

    /** What libtorch and the JVM itself take beside the heap until thresholds are found; the export is not measured. */
    private static final int BESIDE_MEGABYTES = 1536;

    private static final Duration LIMIT = Duration.ofMinutes(90);

    @TempDir
    Path folder;

    @Test
    void framesBeyondTheHeapAreKeptOnDisk() throws Exception {
        for (int i = 0; i < FRAMES; i++) {
            SurfaceFrames.write(folder.resolve("set/train/good/%03d.jpg".formatted(i)), i);
        }
        try (BoundedProcess process = BoundedProcess.startJava(
                List.of("-Xmx" + HEAP_MEGABYTES + "m"),
                Main.class,
                "train",
                "--preset=quick",
                "--data=" + folder.resolve("set"),
                "--output=" + folder.resolve("models"),
                "--tiles=128",
                "--scale=1",
                "--steps=60",
                "--held-out=0.01",
                "--validate-steps=0",
                "--threads=1")) {
            process.awaitLine("thresholds by rule", LIMIT); // a process that has ended has no resident set any more
            long resident = ProcessMemory.peakMegabytes(process.pid());
            String speed = process.awaitLine("of the time waiting for them", LIMIT);
            System.out.printf(
                    "%d frames of %dx%d with -Xmx%dm: resident at most %d MiB; %s%n",
                    FRAMES, SurfaceFrames.WIDTH, SurfaceFrames.HEIGHT, HEAP_MEGABYTES, resident, speed);
            assertThat(process.awaitExit(LIMIT)).as(process.output()).isZero();
            assertThat(resident).isLessThan(HEAP_MEGABYTES + BESIDE_MEGABYTES);
        }
    }
}
