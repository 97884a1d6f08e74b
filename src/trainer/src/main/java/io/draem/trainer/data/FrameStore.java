package io.draem.trainer.data;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameSize;
import io.draem.image.PixelBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Frames of a list of files, read once when the store is opened. As many as fit the given memory stay in it, the others are
 * in a scratch file, and those for which there is no space are decoded again on each access. Safe for use by several
 * threads.
 */
public final class FrameStore implements AutoCloseable {

    private final List<Path> files;
    private final FrameScale scale;
    private final OptionalInt whiteLevel;
    private final ScratchFile scratch;
    private final AtomicReferenceArray<Held> held;
    private final AtomicInteger left;

    /** A frame that is in memory, or at an offset of the scratch file, or {@link ScratchFile#NOWHERE}. */
    private record Held(
            FrameSize size, int channels, @Nullable PixelBytes pixels, long offset) {

        boolean isOnDisk() {
            return offset != ScratchFile.NOWHERE;
        }
    }

    private FrameStore(List<Path> files, FrameScale scale, OptionalInt whiteLevel, @Nullable Path folder) {
        this.files = List.copyOf(files);
        this.scale = scale;
        this.whiteLevel = whiteLevel;
        this.scratch = new ScratchFile(folder);
        this.held = new AtomicReferenceArray<>(files.size());
        this.left = new AtomicInteger(files.size());
    }

    /**
     * Opens frames.
     *
     * @param scale of the model
     * @param whiteLevel of deep images
     * @param pass frames that were decoded before and are not read again
     * @param memory that the frames may take
     * @param scratch existing folder for those beyond the memory; null for none
     * @param threads threads that read
     * @param progress reports the reading
     * @throws DatasetException naming all files that cannot be read
     */
    public static FrameStore open(
            List<Path> files,
            FrameScale scale,
            OptionalInt whiteLevel,
            FirstPass pass,
            ImageMemory memory,
            @Nullable Path scratch,
            int threads,
            Progress progress)
            throws IOException, InterruptedException {
        FrameStore store = new FrameStore(files, scale, whiteLevel, scratch);
        boolean opened = false;
        try {
            List<Integer> unknown = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                PixelBytes frame = pass.frame(files.get(i), whiteLevel);
                if (frame == null) {
                    unknown.add(i);
                } else {
                    store.hold(i, frame, memory);
                }
            }
            if (!unknown.isEmpty()) {
                ParallelReader.useAll(
                        unknown.stream().map(files::get).toList(),
                        header -> ImageFiles.scalingBytes(header, scale),
                        threads,
                        progress.begin("Reading %d images", unknown.size()),
                        (index, decoder, bytes) -> store.hold(
                                unknown.get(index),
                                ImageFiles.scaled(decoder, bytes, scale, whiteLevel)
                                        .scaled(),
                                memory));
            }
            opened = true;
            return store;
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    private void hold(int index, PixelBytes frame, ImageMemory memory) {
        byte[] samples = frame.samples();
        double bytesLeft = (double) left.getAndDecrement() * samples.length;
        boolean inMemory = memory.take(1, samples.length) == 1;
        long offset = inMemory ? ScratchFile.NOWHERE : scratch.append(samples, bytesLeft);
        FrameSize size = new FrameSize(frame.width(), frame.height());
        held.set(index, new Held(size, frame.channels(), inMemory ? frame : null, offset));
    }

    /** Returns the number of frames. */
    public int size() {
        return files.size();
    }

    /** Returns the file of a frame. */
    public Path file(int index) {
        return files.get(index);
    }

    /** Returns the size of a frame. */
    public FrameSize frame(int index) {
        return held.get(index).size();
    }

    /** Returns the sizes of all frames, of which there must be at least one. */
    public FrameSizes sizes() {
        return FrameSizes.of(IntStream.range(0, size()).mapToObj(this::frame).toList());
    }

    /**
     * Returns a whole frame.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public PixelBytes whole(int index) {
        Held frame = held.get(index);
        if (frame.pixels() != null) {
            return frame.pixels();
        }
        try {
            if (frame.isOnDisk()) {
                byte[] samples = new byte[frame.size().pixels() * frame.channels()];
                scratch.read(frame.offset(), samples, 0, samples.length);
                return new PixelBytes(frame.size().width(), frame.size().height(), frame.channels(), samples);
            }
            return ImageFiles.frame(files.get(index), scale, whiteLevel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns a rectangle of a frame, {@code [3, height, width]}, RGB, 0 to 1. What is outside the frame is its reflection,
     * the border itself not repeated.
     *
     * @param startX first column in the frame
     * @param startY first row in the frame
     * @throws UncheckedIOException if the frame cannot be read
     */
    public float[] crop(int index, int startX, int startY, FrameSize size) {
        Held frame = held.get(index);
        int[] columns = PixelBytes.reflected(startX, size.width(), frame.size().width());
        int[] rows = PixelBytes.reflected(startY, size.height(), frame.size().height());
        PixelBytes pixels = frame.isOnDisk() ? cut(frame, columns, rows) : whole(index);
        float[] planes = new float[3 * size.pixels()];
        pixels.crop(columns, rows, planes, 0);
        return planes;
    }

    /** Reads the smallest rectangle of a frame that has some columns and rows, which become those of the rectangle. */
    private PixelBytes cut(Held frame, int[] columns, int[] rows) {
        int left = Arrays.stream(columns).min().orElse(0);
        int top = Arrays.stream(rows).min().orElse(0);
        Arrays.setAll(columns, i -> columns[i] - left);
        Arrays.setAll(rows, i -> rows[i] - top);
        int width = Arrays.stream(columns).max().orElse(0) + 1;
        int height = Arrays.stream(rows).max().orElse(0) + 1;
        int length = width * frame.channels();
        byte[] samples = new byte[height * length];
        try {
            for (int y = 0; y < height; y++) {
                long pixel = (long) (top + y) * frame.size().width() + left;
                scratch.read(frame.offset() + pixel * frame.channels(), samples, y * length, length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PixelBytes(width, height, frame.channels(), samples);
    }

    /** Returns how many frames stay in memory. */
    public int inMemory() {
        return count(frame -> frame.pixels() != null);
    }

    /** Returns how many frames are in the scratch file. */
    public int onDisk() {
        return count(Held::isOnDisk);
    }

    private int count(Predicate<Held> condition) {
        IntStream indices = IntStream.range(0, size());
        return (int) indices.filter(i -> condition.test(held.get(i))).count();
    }

    /** Says where the frames are that are not in memory; empty if all are. */
    public Optional<String> note() {
        int memory = inMemory();
        int disk = onDisk();
        int nowhere = size() - memory - disk;
        if (nowhere > 0) {
            return Optional.of(
                    "warning: " + nowhere + " of " + size() + " frames are decoded again for each crop, which takes"
                            + " far longer than reading it: " + memory
                            + " fit the memory for images, a quarter of the Java heap, " + scratch.shortage(disk));
        }
        String text = memory + " of " + size() + " frames fit the memory for images, a quarter of the Java heap; the"
                + " others are in a scratch file until the end, " + scratch;
        return disk == 0 ? Optional.empty() : Optional.of(text);
    }

    /** Deletes the scratch file; frames in memory can still be used. */
    @Override
    public void close() throws IOException {
        scratch.close();
    }
}
