package io.draem.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG, PNG, BMP, TIFF and WebP to 8-bit RGB. Safe for use by several threads.
 */
public final class ImageDecoder {

    private final ImageLimits limits;

    public ImageDecoder(ImageLimits limits) {
        this.limits = limits;
    }

    /** Returns what the header says, checked against the limits, without decoding a pixel. */
    public ImageHeader readHeader(byte[] bytes) throws ImageException {
        ImageFormat format = format(bytes);
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            ImageReader reader = reader(stream);
            try {
                return header(format, reader);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            throw new ImageException.Invalid("The " + format + " image is broken");
        }
    }

    /** Decodes an image. */
    public RgbImage decode(byte[] bytes) throws ImageException {
        ImageFormat format = format(bytes);
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            ImageReader reader = reader(stream);
            try {
                header(format, reader);
                BufferedImage image = reader.read(0);
                return new RgbImage(image.getWidth(), image.getHeight(), Samples.toRgb(image));
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            throw new ImageException.Invalid("The " + format + " image is broken");
        }
    }

    private ImageFormat format(byte[] bytes) throws ImageException {
        if (bytes.length > limits.maxBytes()) {
            throw new ImageException.TooLarge(
                    "The image has " + bytes.length + " bytes, the limit is " + limits.maxBytes());
        }
        return ImageFormat.of(bytes);
    }

    private static ImageReader reader(ImageInputStream stream) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        ImageReader reader = readers.next();
        reader.setInput(stream, false, true);
        return reader;
    }

    private ImageHeader header(ImageFormat format, ImageReader reader) throws IOException, ImageException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > limits.maxPixels()) {
            throw new ImageException.TooLarge(
                    "The image has " + width + "x" + height + " pixels, the limit is " + limits.maxPixels());
        }
        return new ImageHeader(format, width, height);
    }
}
