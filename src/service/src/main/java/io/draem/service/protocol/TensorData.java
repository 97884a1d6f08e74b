package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import java.util.ArrayList;
import java.util.List;

/** The elements of a tensor: numbers, cut into images as they come, or encoded images. */
public final class TensorData {

    private final int imageLength;
    private final int maxImages;
    private final List<float[]> images = new ArrayList<>();
    private final List<byte[]> strings = new ArrayList<>();
    /** How many values of the last image are there. */
    private int filled;

    /**
     * @param imageLength how many numbers an image has
     * @param maxImages most images
     */
    public TensorData(int imageLength, int maxImages) {
        this.imageLength = imageLength;
        this.maxImages = maxImages;
        this.filled = imageLength;
    }

    /** Adds a number. */
    public void add(float value) throws DetectionException {
        if (filled == imageLength) {
            requireRoom(images.size());
            images.add(new float[imageLength]);
            filled = 0;
        }
        images.get(images.size() - 1)[filled++] = value;
    }

    /** Adds an encoded image, which is not copied. */
    public void add(byte[] image) throws DetectionException {
        requireRoom(strings.size());
        strings.add(image);
    }

    /** Returns how many numbers there are. */
    long numbers() {
        return images.isEmpty() ? 0 : (images.size() - 1L) * imageLength + filled;
    }

    /** Returns the numbers, those of one image each; the last is not filled where their number is no multiple. */
    List<float[]> images() {
        return images;
    }

    List<byte[]> strings() {
        return strings;
    }

    private void requireRoom(int size) throws DetectionException {
        if (size == maxImages) {
            throw tooMany(maxImages);
        }
    }

    /** Returns that a request has more images than it may have. */
    public static DetectionException tooMany(int maxImages) {
        return Invalid.tooLarge("A request has at most " + maxImages
                + " images (draem.batch.max-images): send several requests, their images share the model's runs");
    }
}
