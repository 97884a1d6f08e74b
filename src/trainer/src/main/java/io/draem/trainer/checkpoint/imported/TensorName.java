package io.draem.trainer.checkpoint.imported;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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

    /** What wrappers put into a name, before it or between its parts; no part of a network has such a name. */
    private static final Set<String> WRAPPERS = Set.of(
            "model", // Lightning's module
            "module", // data parallel
            "_orig_mod", // torch.compile
            "_forward_module", // Fabric, DeepSpeed
            "_fsdp_wrapped_module",
            "_checkpoint_wrapped_module");

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

    /** Returns a name without the wrappers' names in it, wherever they are. */
    static String unwrapped(String name) {
        return Arrays.stream(name.split("\\.", -1))
                .filter(part -> !WRAPPERS.contains(part))
                .collect(Collectors.joining("."));
    }

    /** Returns what people call a half. */
    static String subNetwork(String half) {
        return half.equals(RECONSTRUCTIVE) ? "reconstructive sub-network" : "discriminative sub-network";
    }
}
