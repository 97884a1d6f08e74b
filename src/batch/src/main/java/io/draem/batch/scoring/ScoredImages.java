package io.draem.batch.scoring;

import io.draem.batch.archive.Columns;
import io.draem.frame.FrameImage;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.overlay.Picture;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.detection.ModelDetector;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.score.Region;
import io.draem.score.RegionOptions;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** The rows of a task, made a batch at a time: of images that are not tiled several, of tiled ones one. */
final class ScoredImages implements Iterator<Row> {

    /** Pixels of a batch whose images are kept for overlays, but for its last image: several tasks share the heap. */
    private static final long KEPT_PIXELS =
            Math.min(64_000_000, Runtime.getRuntime().maxMemory() / 256);

    private static final int VERDICT_COLUMNS = 15;

    private final Scorer scorer;
    private final Iterator<Row> images;
    private final ImageReader reader;
    private final ModelCard card;
    private final String provider;
    private final FrameDetector detector;
    private final int batchSize;
    private final int minArea;
    private final int path;
    private final int length;
    private final int modified;
    private final int[] carried;
    private final Deque<Row> rows = new ArrayDeque<>();

    ScoredImages(Scorer scorer, Iterator<Row> images, ImageReader reader, OnnxModel model) {
        this.scorer = scorer;
        this.images = images;
        this.reader = reader;
        this.card = model.card();
        this.provider = model.provider().id();
        this.batchSize = model.maxBatchSize();
        this.detector =
                new FrameDetector(new ModelDetector(model), card.framing().score(), batchSize);
        this.minArea = card.minRegionArea(null, RegionOptions.DEFAULT_MIN_AREA);
        this.path = scorer.listed().fieldIndex(Columns.PATH);
        this.length = scorer.listed().fieldIndex(Columns.LENGTH);
        this.modified = scorer.listed().fieldIndex(Columns.MODIFIED);
        String[] names = scorer.listed().fieldNames();
        this.carried = IntStream.range(0, names.length)
                .filter(i -> !Columns.isOwn(names[i]))
                .toArray();
    }

    @Override
    public boolean hasNext() {
        return !rows.isEmpty() || images.hasNext();
    }

    @Override
    public Row next() {
        if (rows.isEmpty()) {
            if (!images.hasNext()) {
                throw new NoSuchElementException();
            }
            score();
        }
        return rows.remove();
    }

    /** Reads the images of a batch, runs it and makes the rows, in the order of the images. */
    private void score() {
        List<ImageReader.Read> read = new ArrayList<>();
        List<ImageReader.Read> batch = new ArrayList<>();
        long pixels = 0;
        while (images.hasNext() && batch.size() < batchSize) {
            ImageReader.Read image = reader.read(images.next());
            read.add(image);
            if (image.image() != null) {
                batch.add(image);
                FramePlan plan = image.image().frame().plan();
                pixels += plan.image().pixels();
                if (plan.tiled() || scorer.pictures().needImages() && pixels >= KEPT_PIXELS) {
                    break;
                }
            }
        }
        long start = System.nanoTime();
        List<FrameDetector.Detection> detections = Detections.of(
                detector,
                batch.stream()
                        .map(image -> Objects.requireNonNull(image.image()).frame())
                        .toList());
        long share = batch.isEmpty() ? 0 : (System.nanoTime() - start) / batch.size();
        Iterator<FrameDetector.Detection> next = detections.iterator();
        for (ImageReader.Read image : read) {
            rows.add(rowOrProblem(image, image.image() == null ? null : next.next(), share));
        }
    }

    private Row rowOrProblem(ImageReader.Read read, FrameDetector.@Nullable Detection detection, long share) {
        try {
            return row(read, detection, share);
        } catch (UncheckedIOException e) {
            throw e; // a picture that cannot be written fails the task, which is tried again
        } catch (RuntimeException e) {
            String problem = "The result could not be evaluated: " + Detections.problem(e);
            return row(new ImageReader.Read(read.row(), null, read.digest(), problem, read.nanos()), null, share);
        }
    }

    private Row row(ImageReader.Read read, FrameDetector.@Nullable Detection detection, long share) {
        long start = System.nanoTime();
        Row listed = read.row();
        List<@Nullable Object> values = new ArrayList<>();
        values.add(listed.get(path));
        values.add(listed.get(length));
        values.add(listed.get(modified));
        values.add(read.digest());
        FrameImage image = read.image();
        FrameResult result = detection == null ? null : detection.result();
        String problem = detection == null ? read.problem() : detection.problem();
        if (image != null) {
            FramePlan plan = image.frame().plan();
            values.add(plan.image().width());
            values.add(plan.image().height());
        } else {
            addNulls(values, 2);
        }
        if (image != null && result != null) {
            addVerdict(listed.getString(path), read, result, values);
        } else {
            addNulls(values, VERDICT_COLUMNS);
        }
        values.add(scorer.model().name());
        values.add(scorer.model().version());
        values.add(scorer.model().digest());
        values.add(provider);
        values.add(problem);
        values.add((read.nanos() + (detection == null ? 0 : share) + System.nanoTime() - start) / 1e6);
        values.add(scorer.run());
        for (int index : carried) {
            values.add(listed.get(index));
        }
        if (problem != null) {
            scorer.errors().add(1);
        }
        return RowFactory.create(values.toArray());
    }

    private void addVerdict(String name, ImageReader.Read read, FrameResult result, List<@Nullable Object> values) {
        FrameImage image = Objects.requireNonNull(read.image());
        FramePlan plan = image.frame().plan();
        int width = plan.image().width();
        int height = plan.image().height();
        ScaledMap map = new ScaledMap(result.map(), width, height, plan.region(width, height));
        Verdict verdict = Verdict.of(
                result.score(),
                map,
                card.calibration(),
                card.calibration().imageThreshold(),
                card.calibration().pixelThreshold(),
                minArea,
                scorer.pictures().needImages());
        values.add(verdict.score());
        values.add(verdict.normalizedScore());
        values.add(verdict.anomalous());
        values.add(verdict.threshold());
        values.add(verdict.regions().pixelThreshold());
        values.add(verdict.regions().lowered());
        values.add(verdict.minRegionArea());
        values.add(verdict.regions().count());
        values.add(verdict.regions().largest().stream().map(ScoredImages::row).toArray(Row[]::new));
        InputCheck input = InputCheck.of(card.images(), image.frame().measures());
        values.add(input.usual());
        values.add(input.reasons().stream()
                .map(reason -> RowFactory.create(
                        reason.kind().id(), reason.measure().id(), reason.value(), reason.min(), reason.max()))
                .toArray(Row[]::new));
        values.add(image.warnings().stream()
                .map(warning -> RowFactory.create(warning.kind().id(), warning.message()))
                .toArray(Row[]::new));
        Map<Picture, String> files = PictureFiles.write(
                scorer, name, Objects.requireNonNull(read.digest()), image.image(), map, verdict, card.calibration());
        values.add(files.get(Picture.OVERLAY));
        values.add(files.get(Picture.MASK));
        values.add(files.get(Picture.MAP));
    }

    private static Row row(Region region) {
        return RowFactory.create(
                region.x(),
                region.y(),
                region.width(),
                region.height(),
                region.area(),
                region.centroidX(),
                region.centroidY(),
                region.peak(),
                region.mean());
    }

    private static void addNulls(List<@Nullable Object> values, int count) {
        for (int i = 0; i < count; i++) {
            values.add(null);
        }
    }
}
