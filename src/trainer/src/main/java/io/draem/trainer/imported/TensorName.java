package io.draem.trainer.imported;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A name that says whose network a tensor belongs to, and where in it.
 *
 * @param origin whose way of naming it is
 * @param half the prefix of its sub-network in anomalib's names
 * @param full anomalib's name
 */
record TensorName(Origin origin, String half, String full) {

    static final String RECONSTRUCTIVE = "reconstructive_subnetwork.";
    static final String DISCRIMINATIVE = "discriminative_subnetwork.";

    /** Wrappers that put their name before a parameter's: Lightning's module, and PyTorch's for several devices. */
    private static final List<String> WRAPPERS = List.of("model.", "module.", "_orig_mod.");

    private static final Map<String, String> OFFICIAL = Map.of(
            "encoder.", RECONSTRUCTIVE,
            "decoder.", RECONSTRUCTIVE,
            "encoder_segment.", DISCRIMINATIVE,
            "decoder_segment.", DISCRIMINATIVE);

    /** Returns what an unwrapped name says; null if it is that of something else. */
    static @Nullable TensorName of(String name) {
        for (String half : List.of(RECONSTRUCTIVE, DISCRIMINATIVE)) {
            if (name.startsWith(half)) {
                return new TensorName(Origin.ANOMALIB, half, name);
            }
        }
        String half = OFFICIAL.get(name.substring(0, name.indexOf('.') + 1));
        return half == null ? null : new TensorName(Origin.OFFICIAL, half, half + name);
    }

    /** Returns a name without the wrappers' names before it, in whatever order they stand. */
    static String unwrapped(String name) {
        String unwrapped = name;
        for (int i = 0; i < WRAPPERS.size(); i++) { // in any order
            for (String wrapper : WRAPPERS) {
                if (unwrapped.startsWith(wrapper)) {
                    unwrapped = unwrapped.substring(wrapper.length());
                }
            }
        }
        return unwrapped;
    }

    /** Returns what people call a half. */
    static String subNetwork(String half) {
        return half.equals(RECONSTRUCTIVE) ? "reconstructive sub-network" : "discriminative sub-network";
    }
}
