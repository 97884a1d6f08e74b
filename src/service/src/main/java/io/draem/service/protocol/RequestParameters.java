package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Prediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of the protocol's requests and responses. Those that are not known are for other servers. */
public final class RequestParameters {

    /** Name of the region of interest of a request. */
    public static final String REGION_OF_INTEREST = "roi";

    /** Name of how long a client waits, in microseconds, as Triton has it. */
    public static final String TIMEOUT = "timeout";

    /** Name of the number of classes that a client wants of an output. */
    public static final String CLASSIFICATION = "classification";

    /** Longer than any request takes. */
    private static final long MOST_MICROSECONDS = 1L << 50;

    private RequestParameters() {}

    /**
     * Returns how long a client waits, null where it does not say.
     *
     * @param microseconds 0 is the default of Triton's clients and says nothing
     */
    public static @Nullable Duration timeout(long microseconds) {
        return microseconds == 0
                ? null
                : Duration.ofNanos(Math.multiplyExact(Math.min(microseconds, MOST_MICROSECONDS), 1_000L));
    }

    /** Refuses a parameter with which a tensor would not be in the request. */
    public static void refuseSharedMemory(String parameter) throws DetectionException {
        if (parameter.startsWith("shared_memory")) {
            throw Invalid.request("The extension shared memory is not served: send the tensors in the body");
        }
    }

    /** Refuses a region that is not the request's: ignored, it would be a verdict on the whole image. */
    public static void refuseRegion(String parameter) throws DetectionException {
        if (parameter.equalsIgnoreCase(REGION_OF_INTEREST)) {
            throw Invalid.request("The region of interest is the parameter '" + REGION_OF_INTEREST
                    + "' of the request, and not '" + parameter + "' or a parameter of an input: move it there");
        }
    }

    /** Refuses to name classes of an output: there are none. */
    public static void refuseClasses(long classes) throws DetectionException {
        if (classes > 0) {
            throw Invalid.request("The extension classification is not served: leave it out");
        }
    }

    /**
     * Returns the parameters of a response by their names. They hold no lists: what concerns an image is written with its
     * index, such as {@code 0:too-dark}.
     */
    public static Map<String, String> of(List<Prediction> predictions) {
        List<String> unusual = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (int i = 0; i < predictions.size(); i++) {
            String index = i + ":";
            predictions.get(i).input().reasons().stream()
                    .map(reason -> index + reason.kind().id())
                    .distinct()
                    .forEach(unusual::add);
            predictions
                    .get(i)
                    .warnings()
                    .forEach(warning -> warnings.add(index + warning.kind().id()));
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (!unusual.isEmpty()) {
            parameters.put("unusual_input", String.join(",", unusual));
        }
        if (!warnings.isEmpty()) {
            parameters.put("image_warnings", String.join(",", warnings));
        }
        return parameters;
    }
}
