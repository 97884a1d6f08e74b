package io.draem.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of processes, on Linux. */
public final class ProcessMemory {

    private ProcessMemory() {}

    /**
     * Returns the resident memory of a process in MiB.
     *
     * @throws IOException if it has ended, or there is no /proc
     */
    public static long residentMegabytes(long pid) throws IOException {
        return megabytes(pid, "VmRSS:");
    }

    /** Returns the largest resident memory of a process so far, likewise. */
    public static long peakMegabytes(long pid) throws IOException {
        return megabytes(pid, "VmHWM:");
    }

    private static long megabytes(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .sum();
    }
}
