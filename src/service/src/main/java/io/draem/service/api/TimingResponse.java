package io.draem.service.api;

import io.draem.service.detection.Timing;
import io.draem.service.web.Headers;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Duration;
import java.util.Locale;

/** Where the time went, in milliseconds, as JSON and as the header {@value Headers#SERVER_TIMING}. */
@Schema(name = "Timing", description = "Where the time went, in milliseconds")
record TimingResponse(
        @Schema(description = "Bytes to pixels", requiredMode = RequiredMode.REQUIRED, example = "6.1")
        double decode,

        @Schema(description = "Pixels to the model's input", requiredMode = RequiredMode.REQUIRED, example = "2.4")
        double preprocess,

        @Schema(
                description = "Waiting for memory and for the model",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.1")
        double queue,

        @Schema(description = "The model's runs", requiredMode = RequiredMode.REQUIRED, example = "21.7")
        double inference,

        @Schema(
                description = "Map to verdict, regions and pictures",
                requiredMode = RequiredMode.REQUIRED,
                example = "3.0")
        double postprocess,

        @Schema(description = "All of it", requiredMode = RequiredMode.REQUIRED, example = "33.4")
        double total,

        @Schema(
                description = "Inputs of the network that the image became: more than one where it is cut into tiles",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "1")
        int inputs) {

    static TimingResponse of(Timing timing) {
        return new TimingResponse(
                milliseconds(timing.decode()),
                milliseconds(timing.preprocess()),
                milliseconds(timing.queue()),
                milliseconds(timing.inference()),
                milliseconds(timing.postprocess()),
                milliseconds(timing.total()),
                timing.inputs());
    }

    static double milliseconds(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }

    /** Returns the value of the header. */
    String header() {
        return String.join(
                ", ",
                metric("decode", decode),
                metric("preprocess", preprocess),
                metric("queue", queue),
                metric("inference", inference),
                metric("postprocess", postprocess),
                metric("total", total));
    }

    /** Returns one metric of the header. */
    static String metric(String name, double milliseconds) {
        return String.format(Locale.ROOT, "%s;dur=%.3f", name, milliseconds);
    }
}
