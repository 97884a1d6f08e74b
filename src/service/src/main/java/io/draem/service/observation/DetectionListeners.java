package io.draem.service.observation;

import io.draem.image.ImageMeasures;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.Prediction;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells several listeners what one is told, in their order. */
final class DetectionListeners implements DetectionListener {

    private final List<DetectionListener> listeners;

    DetectionListeners(List<DetectionListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void prepared(ServedModel model, ImageMeasures measures, InputCheck input, List<ImageWarning> warnings) {
        listeners.forEach(listener -> listener.prepared(model, measures, input, warnings));
    }

    @Override
    public void detected(Detection detection) {
        listeners.forEach(listener -> listener.detected(detection));
    }

    @Override
    public void predicted(Prediction prediction) {
        listeners.forEach(listener -> listener.predicted(prediction));
    }

    @Override
    public void ended(@Nullable ServedModel model, Outcome outcome, Duration took) {
        listeners.forEach(listener -> listener.ended(model, outcome, took));
    }
}
