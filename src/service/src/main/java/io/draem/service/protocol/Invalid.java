package io.draem.service.protocol;

import io.draem.model.ModelDirectory;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Creates the errors of invalid requests; they repeat nothing that a client sent except numbers. */
public final class Invalid {

    /** Parameter of requests that unload a model; no model depends on another. */
    public static final String UNLOAD_DEPENDENTS = "unload_dependents";

    private static final int MAX_ID_LENGTH = 1_024;

    private Invalid() {}

    /** Returns that a request is wrong. */
    public static DetectionException request(String message) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, message);
    }

    /**
     * Returns the version that a request names, null for none.
     *
     * @throws DetectionException if no version can have that name
     */
    public static @Nullable Integer version(@Nullable String text) throws DetectionException {
        if (text == null) {
            return null;
        }
        if (text.matches("[0-9]{1,9}")) {
            return Integer.valueOf(text);
        }
        throw new DetectionException.Rejected(
                Outcome.UNKNOWN_MODEL,
                "The version must be a whole number from 1 to " + ModelDirectory.MAX_VERSION
                        + ": the model's metadata lists those that are served");
    }

    /**
     * Returns the identifier that a client gives to a request, which the response repeats.
     *
     * @throws DetectionException if it is too long
     */
    public static String id(String text) throws DetectionException {
        if (text.length() > MAX_ID_LENGTH) {
            throw request("The id is longer than " + MAX_ID_LENGTH + " characters");
        }
        return text;
    }

    /**
     * Requires that a request to load or unload a model has only known parameters: ignored ones would have another model
     * served than the client meant.
     */
    public static void requireParameters(Set<String> sent, Set<String> known) throws DetectionException {
        if (!known.containsAll(sent)) {
            throw request(
                    "The request has parameters that are not supported: a model is loaded from its files in the model"
                            + " directory, without a configuration or files of the request");
        }
    }

    /**
     * Returns that a request has more bytes than it may have.
     *
     * @param maxBytes how many it may have
     */
    public static DetectionException largeBody(long maxBytes) {
        return tooLarge("The body is larger than " + maxBytes
                + " bytes (draem.memory.budget): send fewer images at a time, or in binary form");
    }

    static DetectionException tooLarge(String message) {
        return new DetectionException.Rejected(Outcome.IMAGE_TOO_LARGE, message);
    }
}
