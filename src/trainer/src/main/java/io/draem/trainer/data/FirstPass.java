package io.draem.trainer.data;

import io.draem.image.DecodedImage;
import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.text.Sha256;
import io.draem.trainer.synthesis.Pixels;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the check of a data set keeps of the one time that it decodes each file: the digests, and, where all fit, the training
 * images and textures at the model's size, so that the stores need not decode them again.
 */
public final class FirstPass {

    private final int width;
    private final int height;
    private final Set<Path> tensorFiles;
    private final Set<Path> textureFiles;
    private final Map<Path, String> digests = new ConcurrentHashMap<>();
    private final Map<Path, Prepared> prepared = new ConcurrentHashMap<>();

    /** @param whiteLevel that may still change the pixels: of images of more than 8 bits without a declared level */
    private record Prepared(
            float @Nullable [] tensor, @Nullable RgbImage picture, boolean whiteLevel) {}

    private FirstPass(int width, int height, Set<Path> tensorFiles, Set<Path> textureFiles) {
        this.width = width;
        this.height = height;
        this.tensorFiles = tensorFiles;
        this.textureFiles = textureFiles;
    }

    /** Keeps digests alone. */
    public static FirstPass ofDigests() {
        return new FirstPass(0, 0, Set.of(), Set.of());
    }

    /**
     * Keeps digests, and the images too if all of them take no more than a quarter of the largest heap.
     *
     * @param images to train on, held-out ones among them
     * @param textures anomaly-source images
     */
    public static FirstPass of(Collection<Path> images, Collection<Path> textures, int width, int height) {
        long bytes = (12L * images.size() + 3L * textures.size()) * width * height;
        return bytes > ImageStore.defaultCacheBytes()
                ? ofDigests()
                : new FirstPass(width, height, Set.copyOf(images), Set.copyOf(textures));
    }

    /** Keeps what later steps need of a file; called from several threads. */
    void accept(Path file, DecodedImage image, byte[] bytes) {
        digests.put(file, HexFormat.of().formatHex(Sha256.algorithm().digest(bytes)));
        boolean texture = textureFiles.contains(file);
        if (texture || tensorFiles.contains(file)) {
            float[] tensor = ImageTensor.of(image.image(), width, height);
            prepared.put(
                    file,
                    new Prepared(
                            tensorFiles.contains(file) ? tensor : null,
                            texture ? Pixels.fromTensor(tensor, width, height) : null,
                            !image.samples().declared()));
        }
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

    private @Nullable Prepared known(Path file, OptionalInt whiteLevel) {
        Prepared known = prepared.get(file);
        return known == null || whiteLevel.isPresent() && known.whiteLevel() ? null : known;
    }
}
