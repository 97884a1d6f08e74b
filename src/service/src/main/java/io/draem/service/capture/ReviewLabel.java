package io.draem.service.capture;

import java.util.Locale;

/** What a reviewer says of an image. */
public enum ReviewLabel {
    /** It shows a good product. */
    GOOD,
    /** It shows a defect. */
    DEFECT,
    /** The reviewer cannot decide. */
    UNSURE;

    /** Returns the name in requests and responses. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
