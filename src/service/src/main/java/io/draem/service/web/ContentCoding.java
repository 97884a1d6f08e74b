package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.text.SafeText;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** Refuses images that are sent with a Content-Encoding. */
public final class ContentCoding {

    private ContentCoding() {}

    /**
     * Refuses a body or part that is compressed, which would look like an image that is broken.
     *
     * @param what names it in the message
     * @param headers the values of Content-Encoding
     * @throws DetectionException if they name a coding
     */
    public static void requireNone(String what, Enumeration<String> headers) throws DetectionException {
        String coding = of(headers);
        if (coding != null) {
            throw new DetectionException.Rejected(
                    Outcome.UNSUPPORTED_MEDIA_TYPE,
                    what + " has the Content-Encoding '" + SafeText.of(coding)
                            + "', which is not taken for images: send it as it is, without Content-Encoding");
        }
    }

    /** Returns the coding that the values of Content-Encoding name; null for none. */
    static @Nullable String of(Enumeration<String> headers) {
        String coding = String.join(", ", Collections.list(headers)).strip();
        return coding.isEmpty() || coding.equalsIgnoreCase("identity") ? null : coding;
    }
}
