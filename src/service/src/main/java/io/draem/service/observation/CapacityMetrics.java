package io.draem.service.observation;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionService;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Measures the capacity in use: {@code draem_in_flight_bytes}, {@code draem_in_flight_pixels} and
 * {@code draem_in_flight_picture_bytes}.
 */
final class CapacityMetrics implements MeterBinder {

    private final Admission admission;
    private final DetectionService detections;

    CapacityMetrics(Admission admission, DetectionService detections) {
        this.admission = admission;
        this.detections = detections;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("draem.in.flight.bytes", admission, Admission::bytes)
                .description(
                        "Bytes of the arrays of the bodies in flight, including decompressed ones; the limit is a share of draem.memory.budget")
                .register(registry);
        Gauge.builder("draem.in.flight.pixels", detections, DetectionService::pixelsInFlight)
                .description(
                        "Pixels, at 16 bytes of heap each, of the images in flight; the limit is a share of draem.memory.budget")
                .register(registry);
        Gauge.builder("draem.in.flight.picture.bytes", detections, DetectionService::pictureBytesInFlight)
                .description(
                        "Bytes of maps and pictures in responses that are being sent; the limit is a share of draem.memory.budget")
                .register(registry);
    }
}
