package io.draem.service.api;

import io.draem.model.InputCheck;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;

/** Whether an image looks like the model's training images, as JSON. */
@Schema(
        name = "InputCheck",
        description = "Whether the image looks like the model's training images in exposure, focus and color; a verdict"
                + " on an unusual image says little about the product")
record InputResponse(
        @Schema(description = "Whether it looks like them", requiredMode = RequiredMode.REQUIRED, example = "true")
        boolean usual,

        @Schema(description = "Why it is unusual; empty for a usual image", requiredMode = RequiredMode.REQUIRED)
        List<Reason> reasons) {

    static InputResponse of(InputCheck check) {
        return new InputResponse(
                check.usual(), check.reasons().stream().map(Reason::of).toList());
    }

    /** One way in which an image is unusual. */
    @Schema(name = "UnusualInputReason", description = "A reason why an image is unusual")
    record Reason(
            @Schema(
                    description = "too-dark, too-bright, uniform, low-contrast, blurred or unusual-color;"
                            + " later releases may add others",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "too-dark")
            String type,

            @Schema(
                    description = "Measure, at the model's input size: brightness, contrast, sharpness,"
                            + " saturation, warmth or tint",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "brightness")
            String measure,

            @Schema(description = "Its value for the image", requiredMode = RequiredMode.REQUIRED, example = "0.021")
            double value,

            @Schema(description = "Smallest usual value", requiredMode = RequiredMode.REQUIRED, example = "0.310")
            double min,

            @Schema(description = "Largest usual value", requiredMode = RequiredMode.REQUIRED, example = "0.680")
            double max) {

        private static Reason of(InputCheck.Reason reason) {
            return new Reason(reason.kind().id(), reason.measure().id(), reason.value(), reason.min(), reason.max());
        }
    }
}
