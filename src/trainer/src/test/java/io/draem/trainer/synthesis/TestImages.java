package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Images made of random pixels. */
public record TestImages<T>(List<T> images) implements ImageSource<T> {

    public static TestImages<float[]> tensors(int width, int height, int count) {
        return new TestImages<>(pictures(width, height, count).images().stream()
                .map(Pixels::toTensor)
                .toList());
    }

    public static TestImages<RgbImage> pictures(int width, int height, int count) {
        return new TestImages<>(IntStream.range(0, count)
                .mapToObj(seed -> {
                    byte[] rgb = new byte[width * height * 3];
                    new SplittableRandom(seed).nextBytes(rgb);
                    return new RgbImage(width, height, rgb);
                })
                .toList());
    }

    static <T> TestImages<T> of(T image) {
        return new TestImages<>(List.of(image));
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public T get(int index) {
        return images.get(index);
    }
}
