package io.draem.trainer.data;

import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.Pixels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Images of a list of files at the model's size, read once when the store is opened. As many as fit the given memory stay
 * in it; the others are read again on each access.
 *
 * @param <T> the form of an image
 */
public final class ImageStore<T> implements ImageSource<T> {

    private final List<Path> files;
    private final Function<RgbImage, T> form;
    private final OptionalInt whiteLevel;
    private final AtomicReferenceArray<T> cached;

    private ImageStore(List<Path> files, Function<RgbImage, T> form, OptionalInt whiteLevel, int cachedImages) {
        this.files = List.copyOf(files);
        this.form = form;
        this.whiteLevel = whiteLevel;
        this.cached = new AtomicReferenceArray<>(cachedImages);
    }

    /**
     * Opens images as {@code [3, height, width]} floats, 0 to 1: exactly what the finished model is given for that file.
     *
     * @param whiteLevel of deep images
     * @param pass images that were decoded before and are not read again
     * @param memory that the images may take
     * @param threads threads that read
     * @param progress reports the reading
     * @throws DatasetException naming all files that cannot be read
     */
    public static ImageStore<float[]> tensors(
            List<Path> files,
            int width,
            int height,
            OptionalInt whiteLevel,
            FirstPass pass,
            ImageMemory memory,
            int threads,
            Progress progress)
            throws IOException, InterruptedException {
        return open(
                files,
                image -> ImageTensor.of(image, width, height),
                file -> pass.tensor(file, whiteLevel),
                whiteLevel,
                12L * width * height,
                memory,
                threads,
                progress);
    }

    /** Does the same with memory of its own. */
    public static ImageStore<float[]> tensors(List<Path> files, int width, int height, long cacheBytes, int threads)
            throws IOException, InterruptedException {
        return tensors(
                files,
                width,
                height,
                OptionalInt.empty(),
                FirstPass.ofDigests(),
                ImageMemory.of(cacheBytes),
                threads,
                Progress.SILENT);
    }

    /** Opens images as 8-bit RGB, a quarter of the memory of {@link #tensors}; else the same. */
    public static ImageStore<RgbImage> pictures(
            List<Path> files,
            int width,
            int height,
            OptionalInt whiteLevel,
            FirstPass pass,
            ImageMemory memory,
            int threads,
            Progress progress)
            throws IOException, InterruptedException {
        return open(
                files,
                image -> Pixels.fromTensor(ImageTensor.of(image, width, height), width, height),
                file -> pass.picture(file, whiteLevel),
                whiteLevel,
                3L * width * height,
                memory,
                threads,
                progress);
    }

    /** Does the same with memory of its own. */
    public static ImageStore<RgbImage> pictures(List<Path> files, int width, int height, long cacheBytes, int threads)
            throws IOException, InterruptedException {
        return pictures(
                files,
                width,
                height,
                OptionalInt.empty(),
                FirstPass.ofDigests(),
                ImageMemory.of(cacheBytes),
                threads,
                Progress.SILENT);
    }

    private static <T> ImageStore<T> open(
            List<Path> files,
            Function<RgbImage, T> form,
            Function<Path, @Nullable T> known,
            OptionalInt whiteLevel,
            long imageBytes,
            ImageMemory memory,
            int threads,
            Progress progress)
            throws IOException, InterruptedException {
        int cachedImages = memory.take(files.size(), imageBytes);
        ImageStore<T> store = new ImageStore<>(files, form, whiteLevel, cachedImages);
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            T image = i < cachedImages ? known.apply(store.files.get(i)) : null;
            if (image == null) {
                unknown.add(i);
            } else {
                store.cached.set(i, image);
            }
        }
        if (unknown.isEmpty()) {
            return store;
        }
        Progress.Work work = progress.begin("Reading %d images", unknown.size());
        ParallelReader.readAll(
                unknown.stream().map(store.files::get).toList(), whiteLevel, threads, work, (index, image, bytes) -> {
                    if (unknown.get(index) < cachedImages) {
                        store.cached.set(unknown.get(index), form.apply(image.image()));
                    }
                });
        return store;
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public T get(int index) {
        if (index < cached.length()) {
            return cached.get(index);
        }
        try {
            return form.apply(ImageFiles.decode(files.get(index), whiteLevel).image());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how many images stay in memory. */
    public int cachedImages() {
        return cached.length();
    }

    /** Returns a quarter of the largest heap that this process may have. */
    public static long defaultCacheBytes() {
        return Runtime.getRuntime().maxMemory() / 4;
    }
}
