package io.draem.trainer.report;

import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.overlay.AnomalyOverlay;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.trainer.evaluation.AnomalyDetector;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.Scores.Scored;
import io.draem.trainer.synthesis.Pixels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Chooses the images of a report, has the model look at them again, and draws them. */
final class Examples {

    private static final int MOST_OF_A_KIND = 4;
    private static final int LARGEST_SIDE = 320;
    private static final int SMALLEST_REGION = 4;
    private static final float QUALITY = 0.88f;

    private final EvaluationSet set;
    private final AnomalyDetector detector;
    private final Calibration calibration;

    Examples(EvaluationSet set, AnomalyDetector detector, Calibration calibration) {
        this.set = set;
        this.detector = detector;
        this.calibration = calibration;
    }

    /** Returns at most four images of each kind. */
    List<Example> of(Scores scores) throws IOException {
        Predicate<Scored> above = image -> calibration.isAnomalous(image.score());
        Predicate<Scored> anomalous = Scored::anomalous;
        Comparator<Scored> lowest = Comparator.comparingDouble(Scored::score);
        Set<String> shown = new HashSet<>();
        List<Example> examples = new ArrayList<>();
        draw(Example.Kind.FALSE_ALARM, scores, above.and(anomalous.negate()), lowest.reversed(), shown, examples);
        draw(Example.Kind.MISSED, scores, anomalous.and(above.negate()), lowest, shown, examples);
        draw(Example.Kind.CLEAREST_HIT, scores, anomalous.and(above), lowest.reversed(), shown, examples);
        if (has(examples, Example.Kind.CLEAREST_HIT)) {
            draw(Example.Kind.LOWEST_ANOMALOUS, scores, anomalous.and(above), lowest, shown, examples);
        }
        if (!has(examples, Example.Kind.FALSE_ALARM)) {
            draw(Example.Kind.HIGHEST_NORMAL, scores, anomalous.negate(), lowest.reversed(), shown, examples);
        }
        examples.sort(Comparator.comparing(Example::kind));
        return examples;
    }

    private static boolean has(List<Example> examples, Example.Kind kind) {
        return examples.stream().anyMatch(example -> example.kind() == kind);
    }

    private void draw(
            Example.Kind kind,
            Scores scores,
            Predicate<Scored> wanted,
            Comparator<Scored> order,
            Set<String> shown,
            List<Example> examples)
            throws IOException {
        List<Scored> chosen = scores.images().stream()
                .filter(wanted)
                .sorted(order.thenComparing(Scored::id))
                .filter(image -> shown.add(image.id())) // a held-out image comes several times
                .limit(MOST_OF_A_KIND)
                .toList();
        for (Scored image : chosen) {
            examples.add(draw(kind, image));
        }
    }

    private Example draw(Example.Kind kind, Scored scored) throws IOException {
        EvaluationImage image = set.load(scored.index());
        ModelOutput detection = detector.detect(image.pixels(), 1).get(0);
        AnomalyMap map = detection.map();
        double scale = Math.min(1, (double) LARGEST_SIDE / Math.max(map.width(), map.height()));
        int width = (int) Math.max(1, Math.round(map.width() * scale));
        int height = (int) Math.max(1, Math.round(map.height() * scale));
        RgbImage original = Pixels.fromTensor(image.pixels(), map.width(), map.height());
        if (scale < 1) {
            original = Pixels.fromTensor(ImageTensor.of(original, width, height), width, height);
        }
        ScaledMap shown = new ScaledMap(map, width, height);
        boolean anomalous = calibration.isAnomalous(detection.score());
        Regions found = RegionFinder.find(
                shown, new RegionOptions(calibration.pixelThreshold(), SMALLEST_REGION, anomalous, true));
        return new Example(
                kind,
                image.id(),
                detection.score(),
                width,
                height,
                jpeg(original),
                jpeg(AnomalyOverlay.draw(original, shown, found.pixelThreshold(), calibration, List.of())),
                found.largest(),
                image.anomalous(),
                truth(image, map, width, height));
    }

    /** Returns the outlines of a mask at another size than the map's; null where there is none. */
    private static @Nullable List<Region> truth(EvaluationImage image, AnomalyMap map, int width, int height) {
        boolean[] mask = image.mask();
        if (mask == null) {
            return null;
        }
        float[] values = new float[mask.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = mask[i] ? 1 : 0;
        }
        return RegionFinder.find(
                        new ScaledMap(new AnomalyMap(map.width(), map.height(), values), width, height),
                        new RegionOptions(0.5, 1, false, true, Integer.MAX_VALUE))
                .largest();
    }

    private static byte[] jpeg(RgbImage image) throws IOException {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int rgb = image.channel(x, y, 0) << 16 | image.channel(x, y, 1) << 8 | image.channel(x, y, 2);
                buffered.setRGB(x, y, rgb);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(buffered, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
