package io.draem.service.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/** Breaks encoded images, mostly where they say how large they and their parts are. */
final class ImageMutator {

    private static final int HEADER = 96;
    private static final long[] INTERESTING = {
        0,
        1,
        2,
        7,
        8,
        16,
        0x7F,
        0x80,
        0xFF,
        0x100,
        0x7FFF,
        0x8000,
        0xFFFF,
        0x10000,
        0x7FFF_FFFFL,
        0x8000_0000L,
        0xFFFF_FFFFL
    };

    private final List<byte[]> seeds;

    /**
     * @param seeds whole images to start from
     */
    ImageMutator(List<byte[]> seeds) {
        this.seeds = seeds;
    }

    /** Returns one of the images, broken in up to four ways; now and then it is whole. */
    byte[] next(RandomGenerator random) {
        byte[] image = seeds.get(random.nextInt(seeds.size())).clone();
        int times = random.nextInt(5);
        for (int i = 0; i < times && image.length > 0; i++) {
            image = mutate(image, random);
        }
        // A checksum would hide what lies behind it from most mutations.
        return isPng(image) && random.nextInt(4) > 0 ? withChecksums(image) : image;
    }

    private byte[] mutate(byte[] image, RandomGenerator random) {
        return switch (random.nextInt(8)) {
            case 0 -> flipBit(image, random.nextInt(image.length), random);
            case 1 -> flipBit(image, random.nextInt(Math.min(HEADER, image.length)), random);
            case 2, 3 -> writeNumber(image, random.nextInt(Math.min(HEADER, image.length)), random);
            case 4 -> writeNumber(image, random.nextInt(image.length), random);
            case 5 -> Arrays.copyOf(image, random.nextInt(image.length));
            case 6 -> splice(image, image, random);
            default -> splice(image, seeds.get(random.nextInt(seeds.size())), random);
        };
    }

    private static byte[] flipBit(byte[] image, int at, RandomGenerator random) {
        image[at] ^= (byte) (1 << random.nextInt(8));
        return image;
    }

    /** Writes a number that programs stumble over, of one to four bytes, in either order. */
    private static byte[] writeNumber(byte[] image, int at, RandomGenerator random) {
        long number = INTERESTING[random.nextInt(INTERESTING.length)];
        ByteBuffer buffer =
                ByteBuffer.wrap(image).order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int size = 1 << random.nextInt(3);
        if (at + size <= image.length) {
            switch (size) {
                case 1 -> buffer.put(at, (byte) number);
                case 2 -> buffer.putShort(at, (short) number);
                default -> buffer.putInt(at, (int) number);
            }
        }
        return image;
    }

    /** Puts a piece of the other image into this one. */
    private static byte[] splice(byte[] image, byte[] other, RandomGenerator random) {
        int from = random.nextInt(other.length);
        int length = random.nextInt(Math.min(other.length - from, 256) + 1);
        int at = random.nextInt(image.length);
        int gone = random.nextInt(Math.min(image.length - at, 64) + 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(image, 0, at);
        out.write(other, from, length);
        out.write(image, at + gone, image.length - at - gone);
        return out.toByteArray();
    }

    private static boolean isPng(byte[] image) {
        return image.length > 8 && image[1] == 'P' && image[2] == 'N' && image[3] == 'G';
    }

    private static byte[] withChecksums(byte[] png) {
        ByteBuffer buffer = ByteBuffer.wrap(png);
        int position = 8;
        while (png.length - position >= 12) {
            int length = buffer.getInt(position);
            if (length < 0 || length > png.length - position - 12) {
                break;
            }
            CRC32 checksum = new CRC32();
            checksum.update(png, position + 4, length + 4);
            buffer.putInt(position + 8 + length, (int) checksum.getValue());
            position += 12 + length;
        }
        return png;
    }
}
