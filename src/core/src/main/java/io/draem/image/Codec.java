package io.draem.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of Java and TwelveMonkeys, looked up by class.
 *
 * <p>ImageIO finds codecs by scanning the class path of whichever class loader calls it first, which in an executable
 * jar is the wrong one, and then prefers the codec that was registered last. Lookup by class depends on neither.
 */
enum Codec {
    JPEG(ofJava("com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi")),
    PNG(ofJava("com.sun.imageio.plugins.png.PNGImageReaderSpi")),
    TIFF(new TIFFImageReaderSpi()),
    WEBP(new WebPImageReaderSpi());

    static {
        ImageIO.setUseCache(false); // else the TIFF codec writes what it unpacks to temporary files
    }

    private final ImageReaderSpi provider;

    Codec(ImageReaderSpi provider) {
        this.provider = provider;
    }

    /**
     * Decodes the first picture.
     *
     * @param pixels pixels of the picture, which are within the limits
     * @param warnings takes the warnings that leave the pixels intact
     * @throws IOException if the codec fails or warns of broken data
     */
    BufferedImage read(byte[] bytes, long pixels, List<ImageWarning> warnings) throws IOException {
        return decode(bytes, pixels, warnings, reader -> reader.read(0));
    }

    /**
     * Decodes the samples of the first picture without any color conversion.
     *
     * @param pixels pixels of the picture, which are within the limits
     * @param warnings takes the warnings that leave the pixels intact
     * @throws IOException if the codec fails or warns of broken data
     */
    Raster readRaster(byte[] bytes, long pixels, List<ImageWarning> warnings) throws IOException {
        return decode(bytes, pixels, warnings, reader -> reader.readRaster(0, null));
    }

    private <T> T decode(byte[] bytes, long pixels, List<ImageWarning> target, Decoding<T> decoding)
            throws IOException {
        ImageReader reader = provider.createReaderInstance(null);
        try (ImageInputStream stream = new EncodedStream(bytes, pixels)) {
            Warnings warnings = new Warnings();
            reader.addIIOReadWarningListener(warnings);
            reader.setInput(stream, true, true);
            T decoded = decoding.by(reader);
            if (warnings.broken != null) {
                throw new IOException("The codec warns: " + warnings.broken);
            }
            if (warnings.strayBytes > 0) {
                target.add(ImageWarning.strayBytes(warnings.strayBytes));
            }
            return decoded;
        } finally {
            reader.dispose();
        }
    }

    private static ImageReaderSpi ofJava(String className) {
        Iterator<ImageReaderSpi> providers = IIORegistry.getDefaultInstance()
                .getServiceProviders(
                        ImageReaderSpi.class,
                        provider -> provider.getClass().getName().equals(className),
                        false);
        if (!providers.hasNext()) {
            throw new IllegalStateException(
                    "This Java runtime lacks " + className + ": its module java.desktop is incomplete");
        }
        return providers.next();
    }

    private interface Decoding<T> {

        T by(ImageReader reader) throws IOException;
    }

    /**
     * Keeps the first warning that means broken data: pixels that a codec reconstructs are not those of the camera.
     * Profiles are not used here, and the tables of a JPEG inside a TIFF may be in each of its parts.
     */
    private static final class Warnings implements IIOReadWarningListener {

        private static final Pattern HARMLESS = Pattern.compile(
                "Embedded ICC color profile|Ignoring (embedded|broken/incompatible) ICC|Missing JPEGTables");
        private static final Pattern STRAY =
                Pattern.compile("Corrupt JPEG data: (\\d{1,9}) extraneous bytes before marker .*");

        private @Nullable String broken;
        private long strayBytes;

        @Override
        public void warningOccurred(ImageReader source, String warning) {
            Matcher stray = STRAY.matcher(warning);
            if (stray.matches()) {
                strayBytes += Long.parseLong(stray.group(1));
            } else if (broken == null && !HARMLESS.matcher(warning).lookingAt()) {
                broken = warning;
            }
        }
    }
}
