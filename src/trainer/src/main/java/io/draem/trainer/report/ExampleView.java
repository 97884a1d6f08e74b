package io.draem.trainer.report;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.image.RgbImage;
import io.draem.overlay.AnomalyOverlay;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.RowMask;
import io.draem.score.ScaledMap;
import io.draem.trainer.evaluation.EvaluationImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of an image, or of a part of it.
 *
 * @param left first column of the part
 * @param top first row of the part
 * @param width of the pictures
 * @param height of the pictures
 * @param original the image as the model saw it, JPEG
 * @param heat the same with the anomaly map above its threshold, JPEG
 * @param found outlines of what the model found, in pixels of the pictures
 * @param truth outlines of the true defect; null where it has no mask
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ExampleView(
        int left,
        int top,
        int width,
        int height,
        byte[] original,
        byte[] heat,
        List<Region> found,
        @Nullable List<Region> truth) {

    private static final int LARGEST_SIDE = 320;
    private static final int LARGEST_SIDE_OF_LONG = 640;
    private static final int SMALLEST_REGION = 4;
    private static final float QUALITY = 0.88f;

    /** Returns the whole image, reduced where it is large. */
    static ExampleView whole(EvaluationImage image, FrameResult result, Calibration calibration) throws IOException {
        AnomalyMap map = result.map();
        int longer = Math.max(map.width(), map.height());
        boolean isLong = longer > 2 * Math.min(map.width(), map.height());
        double scale = Math.min(1, (double) (isLong ? LARGEST_SIDE_OF_LONG : LARGEST_SIDE) / longer);
        int width = (int) Math.max(1, Math.round(map.width() * scale));
        int height = (int) Math.max(1, Math.round(map.height() * scale));
        RgbImage original = image.frame().preview(width, height);
        ScaledMap shown = new ScaledMap(
                reduced(map, width, height), width, height, image.frame().plan().region(width, height));
        int smallest = (int) Math.max(1, Math.round(SMALLEST_REGION * scale * scale));
        boolean anomalous = calibration.isAnomalous(result.score());
        Regions found =
                RegionFinder.find(shown, new RegionOptions(calibration.pixelThreshold(), smallest, anomalous, true));
        AnomalyMap mask = mask(image, map);
        return new ExampleView(
                0,
                0,
                width,
                height,
                jpeg(original),
                jpeg(AnomalyOverlay.draw(original, shown, found.pixelThreshold(), calibration, List.of())),
                found.largest(),
                mask == null ? null : defects(reduced(mask, width, height)));
    }

    /**
     * Returns a part of the image that is as large as a tile and shows each pixel that the model saw: around the largest
     * region, or of a missed image around the defect. Null where the model saw no tiles, or a tile is the image.
     */
    static @Nullable ExampleView part(EvaluationImage image, FrameResult result, Calibration calibration)
            throws IOException {
        FramePlan plan = image.frame().plan();
        AnomalyMap map = result.map();
        int width = Math.min(plan.input().width(), map.width());
        int height = Math.min(plan.input().height(), map.height());
        if (!plan.tiled() || width == map.width() && height == map.height()) {
            return null;
        }
        boolean anomalous = calibration.isAnomalous(result.score());
        Regions found = RegionFinder.find(
                new ScaledMap(map, map.width(), map.height(), plan.region()),
                new RegionOptions(calibration.pixelThreshold(), SMALLEST_REGION, anomalous, false));
        AnomalyMap mask = mask(image, map);
        Optional<Region> region = largest(found.largest());
        Optional<Region> defect = mask == null ? Optional.empty() : largest(defects(mask));
        Optional<Region> shown = anomalous ? region.or(() -> defect) : defect.or(() -> region);
        int peak = peak(map);
        double x = shown.map(Region::centroidX).orElse((double) (peak % map.width()));
        double y = shown.map(Region::centroidY).orElse((double) (peak / map.width()));
        int left = (int) Math.max(0, Math.min(map.width() - width, Math.round(x - width / 2.0)));
        int top = (int) Math.max(0, Math.min(map.height() - height, Math.round(y - height / 2.0)));
        RgbImage original = cut(image.frame().preview(map.width(), map.height()), left, top, width, height);
        RowMask counts = plan.region() == null ? null : new CutMask(plan.region(), left, top, width, height);
        ScaledMap cut = new ScaledMap(cut(map, left, top, width, height), width, height, counts);
        return new ExampleView(
                left,
                top,
                width,
                height,
                jpeg(original),
                jpeg(AnomalyOverlay.draw(original, cut, found.pixelThreshold(), calibration, List.of())),
                RegionFinder.find(cut, new RegionOptions(found.pixelThreshold(), SMALLEST_REGION, false, true))
                        .largest(),
                mask == null ? null : defects(cut(mask, left, top, width, height)));
    }

    private static Optional<Region> largest(List<Region> regions) {
        return regions.stream().max(Comparator.comparingInt(Region::area));
    }

    private static int peak(AnomalyMap map) {
        int peak = 0;
        for (int i = 1; i < map.values().length; i++) {
            peak = map.values()[i] > map.values()[peak] ? i : peak;
        }
        return peak;
    }

    /** Returns the outlines of the pixels of a mask. */
    private static List<Region> defects(AnomalyMap mask) {
        return RegionFinder.find(
                        new ScaledMap(mask, mask.width(), mask.height()),
                        new RegionOptions(0.5, 1, false, true, Integer.MAX_VALUE))
                .largest();
    }

    /** Returns the mask of an image as a map of zeros and ones; null where there is none. */
    private static @Nullable AnomalyMap mask(EvaluationImage image, AnomalyMap map) {
        boolean[] mask = image.mask();
        if (mask == null) {
            return null;
        }
        float[] values = new float[mask.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = mask[i] ? 1 : 0;
        }
        return new AnomalyMap(map.width(), map.height(), values);
    }

    /** Returns a smaller map of the largest values, so that what is small stays visible. */
    private static AnomalyMap reduced(AnomalyMap map, int width, int height) {
        if (width == map.width() && height == map.height()) {
            return map;
        }
        float[] largest = new float[width * height];
        for (int y = 0; y < map.height(); y++) {
            int row = (int) ((long) y * height / map.height()) * width;
            for (int x = 0; x < map.width(); x++) {
                int i = row + (int) ((long) x * width / map.width());
                largest[i] = Math.max(largest[i], map.at(x, y));
            }
        }
        return new AnomalyMap(width, height, largest);
    }

    private static AnomalyMap cut(AnomalyMap map, int left, int top, int width, int height) {
        float[] values = new float[width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(map.values(), (top + y) * map.width() + left, values, y * width, width);
        }
        return new AnomalyMap(width, height, values);
    }

    private static RgbImage cut(RgbImage image, int left, int top, int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.rgb(), 3 * ((top + y) * image.width() + left), rgb, 3 * y * width, 3 * width);
        }
        return new RgbImage(width, height, rgb);
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
