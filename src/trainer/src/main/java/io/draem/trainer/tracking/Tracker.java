package io.draem.trainer.tracking;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A tracker of one training. Calls come from one thread, return quickly and never throw for what the tracker cannot do. */
interface Tracker {

    /** How a training ended. */
    enum Ending {
        /** Its model is published. */
        PUBLISHED,
        /** A signal stopped it. */
        STOPPED,
        FAILED
    }

    /**
     * Takes figures.
     *
     * @param figures finite values by name
     */
    void figures(long step, Map<String, Double> figures);

    /** Takes pictures. */
    void pictures(long step, List<Picture> pictures);

    /** Takes the folder of the published version. */
    void published(Path version);

    /** Ends the run and waits, for a limited time, until what was taken is written. */
    void end(Ending ending);
}
