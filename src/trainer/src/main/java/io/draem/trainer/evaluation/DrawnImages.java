package io.draem.trainer.evaluation;

import io.draem.trainer.synthesis.RandomStreams;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Some images of a large set, each kind with its share of them, drawn once: the same for the same seed. */
public final class DrawnImages implements EvaluationSet {

    /** Of a kind that has so many at least that many are drawn, or its figures would be those of single images. */
    private static final int LEAST_OF_A_KIND = 8;

    private final EvaluationSet all;
    private final int[] drawn;

    private DrawnImages(EvaluationSet all, int[] drawn) {
        this.all = all;
        this.drawn = drawn;
    }

    /** Draws images of one kind. */
    public static EvaluationSet of(EvaluationSet all, int limit, long seed) {
        return limit == 0
                ? EvaluationSet.of(List.of())
                : of(all, Collections.nCopies(all.size(), EvaluationImage.GOOD), limit, seed);
    }

    /**
     * Draws images.
     *
     * @param kinds the kind of each image of the set, such as its defect type
     * @param limit about how many to draw; a set that has no more is returned as it is
     */
    public static EvaluationSet of(EvaluationSet all, List<String> kinds, int limit, long seed) {
        if (all.size() <= limit) {
            return all;
        }
        Map<String, List<Integer>> byKind = new TreeMap<>();
        for (int i = 0; i < all.size(); i++) {
            byKind.computeIfAbsent(kinds.get(i), kind -> new ArrayList<>()).add(i);
        }
        IntStream.Builder drawn = IntStream.builder();
        byKind.forEach((kind, images) -> {
            int share = (int) Math.round((double) limit * images.size() / all.size());
            int count = Math.min(images.size(), Math.max(LEAST_OF_A_KIND, share));
            RandomGenerator random = RandomStreams.of(seed, "drawn/" + kind);
            for (int i = 0; i < count; i++) { // the first steps of a shuffle
                int j = random.nextInt(i, images.size());
                Integer other = images.get(i);
                images.set(i, images.get(j));
                images.set(j, other);
                drawn.add(images.get(i));
            }
        });
        return new DrawnImages(all, drawn.build().sorted().toArray());
    }

    @Override
    public int size() {
        return drawn.length;
    }

    @Override
    public EvaluationImage load(int index) throws IOException {
        return all.load(drawn[index]);
    }
}
