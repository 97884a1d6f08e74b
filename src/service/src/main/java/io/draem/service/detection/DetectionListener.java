package io.draem.service.detection;

import io.draem.image.ImageMeasures;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is informed of how requests end. */
public interface DetectionListener {

    /**
     * An image was decoded and resized for a model, or the request has it in that form; called once per image, on the
     * thread that prepares it.
     *
     * @param measures what the image looks like at the model's size
     * @param input whether it looks like the model's training images
     * @param warnings what the decoder noticed about it
     */
    default void prepared(ServedModel model, ImageMeasures measures, InputCheck input, List<ImageWarning> warnings) {}

    /** There is a verdict. */
    default void detected(Detection detection) {}

    /** A network has run for a request that asks for its outputs alone; called for each image. */
    default void predicted(Prediction prediction) {}

    /**
     * A request has ended; called once for each, after {@link #detected} or
     * {@link #predicted} where there is a result.
     *
     * @param model the version that the request is for; null when the request reached none
     */
    default void ended(@Nullable ServedModel model, Outcome outcome, Duration took) {}

    /**
     * A request was refused by the web server itself: it was not HTTP, too large in its head, or outside of what the
     * service serves. Nothing else is reported of it.
     *
     * @param method as it was sent; empty where there was none
     * @param status of the response, 400 or above
     */
    default void refused(String method, int status, Duration took) {}
}
