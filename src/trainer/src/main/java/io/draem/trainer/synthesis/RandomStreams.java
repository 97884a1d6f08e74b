package io.draem.trainer.synthesis;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Random numbers that depend on a seed and on counters alone, so that neither the order of work nor the number of
 * threads nor a resumed run changes them.
 *
 * <p>Seed, purpose and counters go one after the other through the finalizer of SplitMix64 (Stafford's variant 13); the
 * result seeds a {@link SplittableRandom}, which is SplitMix64.
 *
 * @see <a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 *     Generators, 2014</a>
 */
public final class RandomStreams {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private RandomStreams() {}

    /** Returns the numbers for one purpose (any name) at these counters. */
    public static RandomGenerator of(long seed, String purpose, long... counters) {
        long state = mix(seed + GOLDEN_GAMMA);
        state = mix((state ^ purpose.hashCode()) + GOLDEN_GAMMA);
        for (long counter : counters) {
            state = mix((state ^ counter) + GOLDEN_GAMMA);
        }
        return new SplittableRandom(state);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
