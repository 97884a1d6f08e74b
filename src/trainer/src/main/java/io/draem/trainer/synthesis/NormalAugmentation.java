package io.draem.trainer.synthesis;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Changes of normal images that a training draws for each sample.
 *
 * @param rotated share of normal images that are rotated, with black corners, in parts of
 *     larger images with their reflection; default 0.3; 0 for products that always
 *     have the same orientation
 * @param degrees largest rotation in either direction; default 90
 * @param light largest relative change of brightness, and of contrast, up to 0.5; default 0, none
 */
public record NormalAugmentation(
        @JsonProperty("probability") double rotated,
        double degrees,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) double light) {

    /** No change. */
    public static final NormalAugmentation NONE = new NormalAugmentation(0, 0, 0);

    private static final double MAX_LIGHT = 0.5;

    public NormalAugmentation {
        SynthesisOptions.requireShare("--rotate-normals", rotated);
        SynthesisOptions.requireDegrees("--rotation-degrees", degrees);
        SynthesisOptions.require(
                light >= 0 && light <= MAX_LIGHT, "--vary-light must be from 0 to " + MAX_LIGHT, light);
        light += 0.0; // -0.0 is no other training than 0
    }

    /** Reads options as a checkpoint has them: without light in those of trainers that did not change it. */
    @JsonCreator
    static NormalAugmentation of(
            @JsonProperty("probability") double rotated,
            @JsonProperty("degrees") double degrees,
            @JsonProperty("light") @Nullable Double light) {
        return new NormalAugmentation(rotated, degrees, light == null ? 0 : light);
    }
}
