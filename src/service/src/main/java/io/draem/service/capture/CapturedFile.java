package io.draem.service.capture;

/** A file of a captured image. */
public enum CapturedFile {
    /** The image as it was sent. */
    IMAGE,
    /** The raw anomaly map, 16-bit gray, 65535 for 1; at the size that the network or the tiles have. */
    MAP,
    /** The regions of the verdict at the size of the image, white inside. */
    MASK;

    String ending(CapturedImage image) {
        return switch (this) {
            case IMAGE -> CaptureFiles.ending(image.format());
            case MAP -> CaptureFiles.MAP;
            case MASK -> CaptureFiles.MASK;
        };
    }
}
