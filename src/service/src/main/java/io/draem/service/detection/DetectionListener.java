package io.draem.service.detection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hears how requests end. */
public interface DetectionListener {

    /** There is a verdict. */
    void detected(Detection detection);

    /** A network has answered, and nothing beyond that was asked for; called for each image. */
    void predicted(Prediction prediction);

    /**
     * A request has ended; called once for each, after {@link #detected} or
     * {@link #predicted} where there is an answer.
     *
     * @param model name of a model in service; null when the request reached none
     */
    void ended(@Nullable String model, Outcome outcome, Duration took);
}
