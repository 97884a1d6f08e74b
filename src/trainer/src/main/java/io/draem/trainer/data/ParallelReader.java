package io.draem.trainer.data;

import io.draem.image.DecodedImage;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageMask;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Reads many image files on several threads and collects those that cannot be read. */
final class ParallelReader {

    private static final int NAMED_FAILURES = 20;

    private ParallelReader() {}

    /** Takes an image that was read, with the bytes of its file. */
    @FunctionalInterface
    interface Reader {
        void accept(int index, DecodedImage image, byte[] bytes);
    }

    /** Takes a mask that was read. */
    @FunctionalInterface
    interface MaskReader {
        void accept(int index, ImageMask mask);
    }

    /** Uses the bytes of a file. */
    @FunctionalInterface
    interface Use {
        void of(int index, ImageDecoder decoder, byte[] bytes) throws ImageException;
    }

    /** Reads all files on several threads and throws one error for all that cannot be read. */
    static void readAll(List<Path> files, OptionalInt whiteLevel, int threads, Progress.Work work, Reader reader)
            throws IOException, InterruptedException {
        requireNone(failures(files, whiteLevel, threads, work, reader), files.size());
    }

    /** Does the same with the files' bytes. */
    static void useAll(List<Path> files, ImageFiles.HeapBytes heapBytes, int threads, Progress.Work work, Use use)
            throws IOException, InterruptedException {
        requireNone(failures(files, heapBytes, threads, work, use), files.size());
    }

    private static void requireNone(Map<Path, String> failures, int files) throws DatasetException {
        if (!failures.isEmpty()) {
            String named = failures.entrySet().stream()
                    .limit(NAMED_FAILURES)
                    .map(failure -> failure.getKey() + ": " + failure.getValue())
                    .collect(Collectors.joining("\n  "));
            int more = failures.size() - NAMED_FAILURES;
            throw new DatasetException(failures.size() + " of " + files
                    + " images cannot be read; fix or remove them:\n  " + named
                    + (more > 0 ? "\n  and " + more + " more" : ""));
        }
    }

    /** Reads all files on several threads; returns the reasons for those that cannot be read, in the order of the files. */
    static Map<Path, String> failures(
            List<Path> files, OptionalInt whiteLevel, int threads, Progress.Work work, Reader reader)
            throws InterruptedException {
        return failures(files, ImageHeader::decodingBytes, threads, work, (index, decoder, bytes) -> {
            reader.accept(index, decoder.decode(bytes, whiteLevel), bytes);
        });
    }

    /** Reads all masks as {@link #failures} reads images. */
    static Map<Path, String> maskFailures(List<Path> files, int threads, Progress.Work work, MaskReader reader)
            throws InterruptedException {
        return failures(
                files,
                ImageHeader::decodingBytes,
                threads,
                work,
                (index, decoder, bytes) -> reader.accept(index, decoder.decodeMask(bytes)));
    }

    /** Uses all files as {@link #failures} reads images. */
    static Map<Path, String> failures(
            List<Path> files, ImageFiles.HeapBytes heapBytes, int threads, Progress.Work work, Use use)
            throws InterruptedException {
        Map<Integer, String> failures = new ConcurrentSkipListMap<>();
        ExecutorService executor = DataThreads.start(threads, "draem-read");
        try {
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                int index = i;
                reads.add(executor.submit(() -> {
                    try {
                        ImageFiles.decoded(files.get(index), heapBytes, (decoder, bytes) -> {
                            use.of(index, decoder, bytes);
                            return true;
                        });
                    } catch (ImageException e) {
                        failures.put(index, "cannot be read: " + e.getMessage());
                    } catch (NoSuchFileException e) {
                        failures.put(index, "does not exist");
                    } catch (IOException e) {
                        failures.put(index, "cannot be read: " + e);
                    }
                    work.done();
                }));
            }
            for (Future<?> read : reads) {
                read.get();
            }
        } catch (ExecutionException e) {
            throw DataThreads.unchecked(e);
        } finally {
            executor.shutdownNow();
        }
        Map<Path, String> byFile = new LinkedHashMap<>();
        failures.forEach((index, text) -> byFile.put(files.get(index), text));
        return byFile;
    }
}
