package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PixelBytesTests {

    @Test
    void reflectsBeyondBothEndsWithoutRepeatingTheBorder() {
        assertThat(PixelBytes.reflected(-3, 10, 4)).containsExactly(3, 2, 1, 0, 1, 2, 3, 2, 1, 0);
        assertThat(PixelBytes.reflected(1, 2, 4)).containsExactly(1, 2);
    }

    @Test
    void aSideOfFewPixelsIsReflectedAsOftenAsNeeded() {
        assertThat(PixelBytes.reflected(-2, 5, 1)).containsOnly(0);
        assertThat(PixelBytes.reflected(-3, 6, 2)).containsExactly(1, 0, 1, 0, 1, 0);
    }

    @Test
    void aCropHasThreePlanes() {
        byte[] samples = {0, 1, 2, 10, 11, 12, 100, 101, 102, (byte) 253, (byte) 254, (byte) 255};
        float[] planes = new float[8];
        new PixelBytes(2, 2, 3, samples).crop(new int[] {1, 0}, new int[] {1}, planes, 1);
        assertThat(planes)
                .containsExactly(0, 253 / 255f, 100 / 255f, 254 / 255f, 101 / 255f, 255 / 255f, 102 / 255f, 0);
    }

    @Test
    void aGrayCropHasThePlaneThreeTimes() {
        float[] planes = new float[6];
        new PixelBytes(3, 1, 1, new byte[] {1, 2, (byte) 200}).crop(new int[] {2, 1}, new int[] {0}, planes, 0);
        assertThat(planes).containsExactly(200 / 255f, 2 / 255f, 200 / 255f, 2 / 255f, 200 / 255f, 2 / 255f);
    }
}
