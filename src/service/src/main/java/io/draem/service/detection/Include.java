package io.draem.service.detection;

import java.util.Locale;
import java.util.Set;

/** What a client can request in addition to the verdict. */
public enum Include {
    /** The anomalous regions, which every response has. */
    REGIONS,
    /** The outline of each region. */
    POLYGON,
    /** The tiles that the image was cut into. */
    TILES,
    /** The raw anomaly map, 16-bit gray. */
    MAP,
    /** The raw anomaly map, each value as 32-bit floating point, little endian, row by row. */
    MAP_FLOAT32,
    /** The pixels above the pixel threshold, white on black. */
    MASK,
    /** The image under a translucent anomaly map. */
    OVERLAY,
    /** The network's reconstruction of the image without the anomaly, at the model's size. */
    RECONSTRUCTION;

    /** Returns whether there are pictures among them that have the image's own size, however large it is. */
    static boolean atImageSize(Set<Include> include) {
        return include.contains(MAP)
                || include.contains(MAP_FLOAT32)
                || include.contains(MASK)
                || include.contains(OVERLAY);
    }

    /** Returns the name in requests. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
