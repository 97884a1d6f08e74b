package io.draem.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.image.RgbImage;
import io.draem.score.AnomalyMap;
import io.draem.score.ScaledMap;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngWriterTests {

    @Test
    void writesAnImageThatDecodesToTheSamePixels() throws Exception {
        byte[] rgb = new byte[211 * 97 * 3];
        new Random(1).nextBytes(rgb);

        byte[] png = PngWriter.rgb(new RgbImage(211, 97, rgb));

        RgbImage read = new ImageDecoder(ImageLimits.DEFAULT).decode(png).image();
        assertThat(read.width()).isEqualTo(211);
        assertThat(read.height()).isEqualTo(97);
        assertThat(read.rgb()).isEqualTo(rgb);
    }

    @Test
    void writesAMapWithSixteenBitsPerPixel() throws IOException {
        float[] values = {0f, 1f, 0.5f, 1f / 65535, -0.2f, 1.7f};

        BufferedImage read = read(PngWriter.map(new ScaledMap(new AnomalyMap(3, 2, values), 3, 2)));

        assertThat(read.getRaster().getTransferType()).isEqualTo(DataBuffer.TYPE_USHORT);
        assertThat(read.getRaster().getPixels(0, 0, 3, 2, (int[]) null)).containsExactly(0, 65535, 32768, 1, 0, 65535);
    }

    @Test
    void writesAMaskThatIsWhiteStrictlyAboveTheThreshold() throws IOException {
        float[] values = {0.2f, 0.5f, 0.50001f, 1f};

        BufferedImage read = read(PngWriter.mask(new ScaledMap(new AnomalyMap(2, 2, values), 2, 2), 0.5));

        assertThat(read.getRaster().getNumBands()).isEqualTo(1);
        assertThat(read.getRaster().getPixels(0, 0, 2, 2, (int[]) null)).containsExactly(0, 0, 255, 255);
    }

    private static BufferedImage read(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }
}
