package io.draem.service.api;

import io.draem.service.detection.Timing;
import io.draem.service.web.Headers;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Duration;
import java.util.Locale;

/** Where the time went, in milliseconds, as JSON and as the header {@value Headers#SERVER_TIMING}. */
@Schema(name = "Timing", description = "Where the time went, in milliseconds: total is the sum of the other times")
record TimingResponse(
        @Schema(description = "Bytes to pixels", requiredMode = RequiredMode.REQUIRED, example = "6.1")
        double decode,

        @Schema(
                description = "Pixels to the model's input, or to the frame that is cut into tiles",
                requiredMode = RequiredMode.REQUIRED,
                example = "2.4")
        double preprocess,

        @Schema(
                description =
                        "Waiting for memory, for a thread and for the model, and finding the size and the tiles of the"
                                + " image; of several tiles, the time in which none of them ran",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.1")
        double queue,

        @Schema(
                description = "The model's runs: the time in which one or more inputs of the image ran",
                requiredMode = RequiredMode.REQUIRED,
                example = "21.7")
        double inference,

        @Schema(
                description = "Map to verdict, regions and pictures",
                requiredMode = RequiredMode.REQUIRED,
                example = "3.0")
        double postprocess,

        @Schema(
                description = "What remains: cutting the first tile, and joining the maps after the last run",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.1")
        double other,

        @Schema(
                description =
                        "From the received request to the verdict, without a mask of the region of interest, which is"
                                + " read before, and without writing the response; of an image of a batch, from when it"
                                + " begins after those before it",
                requiredMode = RequiredMode.REQUIRED,
                example = "33.4")
        double total,

        @Schema(
                description =
                        "Number of inputs of the network that ran: the tiles of an image that is cut, otherwise 1",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "1")
        int inputs) {

    static TimingResponse of(Timing timing) {
        long decode = micros(timing.decode());
        long preprocess = micros(timing.preprocess());
        long queue = micros(timing.queue());
        long inference = micros(timing.inference());
        long postprocess = micros(timing.postprocess());
        long total = micros(timing.total());
        // From the others as they are shown, so that the sum is exact.
        long other = total - decode - preprocess - queue - inference - postprocess;
        return new TimingResponse(
                milliseconds(decode),
                milliseconds(preprocess),
                milliseconds(queue),
                milliseconds(inference),
                milliseconds(postprocess),
                milliseconds(other),
                milliseconds(total),
                timing.inputs());
    }

    static double milliseconds(Duration duration) {
        return milliseconds(micros(duration));
    }

    private static double milliseconds(long micros) {
        return micros / 1e3;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
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
                metric("other", other),
                metric("total", total));
    }

    /** Returns one metric of the header. */
    static String metric(String name, double milliseconds) {
        return String.format(Locale.ROOT, "%s;dur=%.3f", name, milliseconds);
    }
}
