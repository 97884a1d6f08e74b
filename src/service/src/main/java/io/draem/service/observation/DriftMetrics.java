package io.draem.service.observation;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageWarning;
import io.draem.model.ImageProfile;
import io.draem.model.InputCheck;
import io.draem.service.detection.DetectionListener;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.event.EventListener;

/**
 * Compares served images with the training images of their model: {@code draem_input_mean} and, if the graph's metadata
 * describe the training images, {@code draem_input_drift}.
 */
final class DriftMetrics implements DetectionListener {

    private final MultiGauge means;
    private final MultiGauge drifts;
    private final Map<ServedModel, RunningMeans> models = new ConcurrentHashMap<>();

    DriftMetrics(MeterRegistry registry) {
        this.means = MultiGauge.builder("draem.input.mean")
                .description(
                        "Running mean of a measure over about the last hundred images, at the size at which the model sees them")
                .register(registry);
        this.drifts = MultiGauge.builder("draem.input.drift")
                .description(
                        "Distance of the running mean from the mean of the training images, in their standard deviations")
                .register(registry);
    }

    @Override
    public void prepared(ServedModel model, ImageMeasures measures, InputCheck input, List<ImageWarning> warnings) {
        RunningMeans latest = models.get(model);
        if (latest != null) { // null if the model was taken out of service meanwhile
            latest.add(measures);
        }
    }

    /** Each version has means of its own, since its training images may differ. */
    @EventListener
    void changed(ModelEvent.Changed event) {
        models.keySet().retainAll(event.models());
        List<Row<?>> meanRows = new ArrayList<>();
        List<Row<?>> driftRows = new ArrayList<>();
        for (ServedModel model : event.models()) {
            RunningMeans latest = models.computeIfAbsent(model, added -> new RunningMeans());
            ImageProfile profile = model.card().images();
            for (ImageMeasure measure : ImageMeasure.values()) {
                Tags tags = ModelMetrics.tags(model).and("measure", measure.id());
                meanRows.add(Row.of(tags, latest, means -> means.mean(measure)));
                ImageProfile.Spread trained =
                        profile == null ? null : profile.measures().get(measure);
                if (trained != null) {
                    driftRows.add(Row.of(tags, latest, means -> trained.distance(means.mean(measure))));
                }
            }
        }
        means.register(meanRows, true);
        drifts.register(driftRows, true);
    }
}
