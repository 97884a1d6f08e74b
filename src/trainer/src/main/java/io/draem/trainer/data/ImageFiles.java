package io.draem.trainer.data;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageLimits;
import io.draem.image.ImageMask;
import io.draem.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds and reads image files. */
public final class ImageFiles {

    private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp");
    private static final int NAMED_FAILURES = 20;
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);

    private ImageFiles() {}

    /**
     * Returns the image files below a folder at any depth, by extension, sorted by path; hidden ones are left out.
     *
     * @throws DatasetException if there is no such folder or no image in it
     */
    public static List<Path> under(Path folder) throws IOException {
        return list(folder, Integer.MAX_VALUE);
    }

    /** Returns the image files of a folder itself, as {@link #under}. */
    static List<Path> in(Path folder) throws IOException {
        return list(folder, 1);
    }

    /**
     * Reads one image.
     *
     * @throws DatasetException if it is none; the message names the file
     */
    public static RgbImage read(Path file) throws IOException {
        try {
            return decode(file);
        } catch (ImageException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    /**
     * Reads the mask of an image.
     *
     * @throws DatasetException if it is none; the message names the file
     */
    public static ImageMask readMask(Path file) throws IOException {
        try {
            return DECODER.decodeMask(bytes(file));
        } catch (ImageException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    private static RgbImage decode(Path file) throws IOException, ImageException {
        return DECODER.decode(bytes(file)).image();
    }

    private static byte[] bytes(Path file) throws IOException, ImageException {
        long size = Files.size(file); // before memory is taken for it
        if (size > ImageLimits.DEFAULT.maxBytes()) {
            throw new ImageException.TooLarge("The image has " + size + " bytes, more than the "
                    + ImageLimits.DEFAULT.maxBytes() + " that are allowed");
        }
        return Files.readAllBytes(file);
    }

    /** Takes an image that was read. */
    @FunctionalInterface
    interface Reader {
        void accept(int index, RgbImage image);
    }

    /** Takes a mask that was read. */
    @FunctionalInterface
    interface MaskReader {
        void accept(int index, ImageMask mask);
    }

    private interface Decoding {
        void read(int index) throws IOException, ImageException;
    }

    /** Reads all files on several threads and throws one error for all that cannot be read. */
    static void readAll(List<Path> files, int threads, Reader reader) throws IOException, InterruptedException {
        Map<Path, String> failures = failures(files, threads, reader);
        if (!failures.isEmpty()) {
            String named = failures.entrySet().stream()
                    .limit(NAMED_FAILURES)
                    .map(failure -> failure.getKey() + ": " + failure.getValue())
                    .collect(Collectors.joining("\n  "));
            int more = failures.size() - NAMED_FAILURES;
            throw new DatasetException(failures.size() + " of " + files.size()
                    + " images cannot be read; repair or remove them:\n  " + named
                    + (more > 0 ? "\n  and " + more + " more" : ""));
        }
    }

    /** Reads all files on several threads; returns what is wrong with those that cannot be read, in their order. */
    static Map<Path, String> failures(List<Path> files, int threads, Reader reader) throws InterruptedException {
        return failuresOf(files, threads, index -> reader.accept(index, decode(files.get(index))));
    }

    /** Reads all masks as {@link #failures} reads images. */
    static Map<Path, String> maskFailures(List<Path> files, int threads, MaskReader reader)
            throws InterruptedException {
        return failuresOf(files, threads, index -> reader.accept(index, DECODER.decodeMask(bytes(files.get(index)))));
    }

    private static Map<Path, String> failuresOf(List<Path> files, int threads, Decoding decoding)
            throws InterruptedException {
        Map<Integer, String> failures = new ConcurrentSkipListMap<>();
        ExecutorService executor = DataThreads.start(threads, "draem-read");
        try {
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                int index = i;
                reads.add(executor.submit(() -> {
                    try {
                        decoding.read(index);
                    } catch (ImageException e) {
                        failures.put(index, "cannot be read: " + e.getMessage());
                    } catch (NoSuchFileException e) {
                        failures.put(index, "does not exist");
                    } catch (IOException e) {
                        failures.put(index, "cannot be read: " + e);
                    }
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

    /** Says whether a folder itself holds an image. */
    static boolean isAnyIn(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.anyMatch(file -> isImage(file) && Files.isRegularFile(file));
        }
    }

    /** Returns the files of folders that are no images by their names, hidden ones left out. */
    static List<Path> othersIn(Collection<Path> folders) throws IOException {
        List<Path> others = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> children = Files.list(folder)) {
                children.filter(Files::isRegularFile)
                        .filter(file ->
                                !isImage(file) && !file.getFileName().toString().startsWith("."))
                        .sorted()
                        .forEach(others::add);
            }
        }
        return others;
    }

    static boolean isImage(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0
                && !name.startsWith(".")
                && EXTENSIONS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    private static List<Path> list(Path folder, int depth) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new DatasetException("There is no folder " + folder);
        }
        List<Path> images;
        try (Stream<Path> files = Files.walk(folder, depth)) {
            images = files.filter(ImageFiles::isImage)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (images.isEmpty()) {
            throw new DatasetException("The folder " + folder + " holds no image ("
                    + EXTENSIONS.stream().sorted().collect(Collectors.joining(", ")) + ")");
        }
        return images;
    }
}
