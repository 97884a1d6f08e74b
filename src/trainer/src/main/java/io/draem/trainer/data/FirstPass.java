package io.draem.trainer.data;

import io.draem.frame.FrameSize;
import io.draem.frame.Tiling;
import io.draem.image.DecodedImage;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import io.draem.image.SampleRange;
import io.draem.image.ScaledImage;
import io.draem.text.Sha256;
import io.draem.trainer.synthesis.Pixels;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the check of a data set keeps of the one time that it decodes each file: the digests, and the training images and
 * textures at the model's size, so that the stores need not decode them again. Whole images are kept where all fit, frames
 * as long as they do.
 */
public final class FirstPass {

    private final FrameSize input;
    private final @Nullable Tiling tiling;
    private final Set<Path> imageFiles;
    private final Set<Path> textureFiles;
    private final ImageMemory memory;
    private final Map<Path, String> digests = new ConcurrentHashMap<>();
    private final Map<Path, Prepared> prepared = new ConcurrentHashMap<>();

    /** @param whiteLevel that may still change the pixels: of images of more than 8 bits without a declared level */
    private record Prepared(
            float @Nullable [] tensor,
            @Nullable RgbImage picture,
            @Nullable PixelBytes frame,
            boolean whiteLevel) {}

    /**
     * What decoding a file showed.
     *
     * @param width pixels in a row of the upright image
     * @param height rows of the upright image
     */
    record Seen(int width, int height, SampleRange samples, List<ImageWarning> warnings) {}

    private FirstPass(
            FrameSize input,
            @Nullable Tiling tiling,
            Set<Path> imageFiles,
            Set<Path> textureFiles,
            ImageMemory memory) {
        this.input = input;
        this.tiling = tiling;
        this.imageFiles = imageFiles;
        this.textureFiles = textureFiles;
        this.memory = memory;
    }

    /** Keeps digests alone. */
    public static FirstPass ofDigests() {
        return new FirstPass(FrameSize.square(1), null, Set.of(), Set.of(), ImageMemory.of(0));
    }

    /**
     * Keeps digests, and the images too if all of them take no more than a quarter of the largest heap.
     *
     * @param images to train on, held-out ones among them
     * @param textures anomaly-source images
     * @param input size of the model's input
     */
    public static FirstPass ofWhole(Collection<Path> images, Collection<Path> textures, FrameSize input) {
        long bytes = (12L * images.size() + 3L * textures.size()) * input.pixels();
        return bytes > ImageStore.defaultCacheBytes()
                ? ofDigests()
                : new FirstPass(input, null, Set.copyOf(images), Set.copyOf(textures), ImageMemory.of(0));
    }

    /**
     * Keeps digests, the textures if they take no more than a quarter of the largest heap, and frames in what is left of
     * that.
     *
     * @param tile size of the model's input, and of the textures
     */
    public static FirstPass ofFrames(
            Collection<Path> images, Collection<Path> textures, FrameSize tile, Tiling tiling) {
        long bytes = 3L * textures.size() * tile.pixels();
        long most = ImageStore.defaultCacheBytes();
        return bytes > most
                ? new FirstPass(tile, tiling, Set.copyOf(images), Set.of(), ImageMemory.of(most))
                : new FirstPass(tile, tiling, Set.copyOf(images), Set.copyOf(textures), ImageMemory.of(most - bytes));
    }

    /** Returns the bytes of heap that {@link #decode} takes. */
    long heapBytes(ImageHeader header) throws ImageException {
        return tiling == null
                ? header.decodingBytes()
                : Math.max(header.decodingBytes(), ImageFiles.scalingBytes(header, tiling.scale()));
    }

    /** Returns why an image of that size cannot be cut into tiles; null if it can be. */
    @Nullable
    String uncuttable(FrameSize image) {
        if (tiling == null) {
            return null;
        }
        try {
            tiling.requireFrame(tiling.scale().of(image.width(), image.height()), input);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** Decodes a file and keeps what later steps need of it; called from several threads. */
    Seen decode(Path file, ImageDecoder decoder, byte[] bytes) throws ImageException {
        digests.put(file, HexFormat.of().formatHex(Sha256.algorithm().digest(bytes)));
        if (tiling != null && imageFiles.contains(file)) {
            ScaledImage scaled = ImageFiles.scaled(decoder, bytes, tiling.scale(), OptionalInt.empty());
            PixelBytes frame = scaled.scaled();
            if (memory.take(1, frame.samples().length) == 1) {
                prepared.put(
                        file, new Prepared(null, null, frame, !scaled.samples().declared()));
            }
            return new Seen(scaled.width(), scaled.height(), scaled.samples(), scaled.warnings());
        }
        DecodedImage decoded = decoder.decode(bytes);
        RgbImage image = decoded.image();
        boolean texture = textureFiles.contains(file);
        if (texture || imageFiles.contains(file)) {
            float[] tensor = ImageTensor.of(image, input.width(), input.height());
            prepared.put(
                    file,
                    new Prepared(
                            imageFiles.contains(file) ? tensor : null,
                            texture ? Pixels.fromTensor(tensor, input.width(), input.height()) : null,
                            null,
                            !decoded.samples().declared()));
        }
        return new Seen(image.width(), image.height(), decoded.samples(), decoded.warnings());
    }

    /** Returns the digests of the files that were read, in hex; the map may be changed. */
    public Map<Path, String> digests() {
        return new HashMap<>(digests);
    }

    /** Returns an image {@code [3, height, width]} as it is at a white level; null if it must be decoded for that. */
    float @Nullable [] tensor(Path file, OptionalInt whiteLevel) {
        Prepared known = known(file, whiteLevel);
        return known == null ? null : known.tensor();
    }

    /** Returns a texture as it is at a white level; null if it must be decoded for that. */
    @Nullable
    RgbImage picture(Path file, OptionalInt whiteLevel) {
        Prepared known = known(file, whiteLevel);
        return known == null ? null : known.picture();
    }

    /** Returns a frame as it is at a white level; null if it must be decoded for that. */
    @Nullable
    PixelBytes frame(Path file, OptionalInt whiteLevel) {
        Prepared known = known(file, whiteLevel);
        return known == null ? null : known.frame();
    }

    private @Nullable Prepared known(Path file, OptionalInt whiteLevel) {
        Prepared known = prepared.get(file);
        return known == null || whiteLevel.isPresent() && known.whiteLevel() ? null : known;
    }
}
