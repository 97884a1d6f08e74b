package io.draem.service.detection;

import io.draem.service.models.ServedModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hears how requests end. */
public interface DetectionListener {

    /**
     * An image was decoded and resized for a model, or came so; called once for each, on the thread that has it.
     *
     * @param pixels {@code [3, height, width]} at the model's size, RGB, 0 to 1; must not be kept or changed
     */
    default void prepared(ServedModel model, float[] pixels) {}

    /** There is a verdict. */
    default void detected(Detection detection) {}

    /** A network has answered, and nothing beyond that was asked for; called for each image. */
    default void predicted(Prediction prediction) {}

    /**
     * A request has ended; called once for each, after {@link #detected} or
     * {@link #predicted} where there is an answer.
     *
     * @param model the version that the request asked for; null when the request reached none
     */
    default void ended(@Nullable ServedModel model, Outcome outcome, Duration took) {}
}
