package io.draem.service.capture;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageException;
import io.draem.image.ImageFormat;
import io.draem.overlay.PngWriter;
import io.draem.score.AnomalyMap;
import io.draem.score.Region;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.service.capture.CapturedImage.CandidateVerdict;
import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.detection.Prediction;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * An image to write.
 *
 * @param encoded its file; not copied
 * @param minRegionArea fewest pixels of a region in its verdict
 * @param candidate the verdict of a candidate that disagreed; null for none
 * @param map raw anomaly map; null where it is not known any more
 * @param region the part of the image that counted; null for all of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CaptureWork(
        byte[] encoded,
        Instant time,
        ModelVerdict verdict,
        FrameSize size,
        Set<CaptureReason> reasons,
        int minRegionArea,
        @Nullable CandidateVerdict candidate,
        @Nullable AnomalyMap map,
        @Nullable RegionOfInterest region) {

    /** More than a response has: a mask without one of the regions would label a defect as good. */
    private static final int MOST_REGIONS = 10_000;

    /**
     * Returns an image of a request for the outputs of a network.
     *
     * @param minRegionArea fewest pixels of a region where the model does not set them
     */
    static CaptureWork of(
            byte[] encoded,
            Prediction prediction,
            ModelVerdict verdict,
            Set<CaptureReason> reasons,
            int minRegionArea) {
        return new CaptureWork(
                encoded,
                Instant.now(),
                verdict,
                prediction.image(),
                reasons,
                prediction.model().card().minRegionArea(null, minRegionArea),
                null,
                prediction.map(),
                prediction.region());
    }

    /** Returns how many bytes it has in memory. */
    long length() {
        return encoded.length + (map == null ? 0 : (long) Float.BYTES * map.values().length);
    }

    /**
     * Draws map and mask, and writes all to a store.
     *
     * @param digest {@code sha256:} and the hexadecimal digest of the file
     */
    void write(CaptureStore store, String digest) throws IOException, ImageException {
        ModelVerdict found = verdict;
        byte[] mapped = null;
        byte[] mask = null;
        if (map != null) {
            mapped = PngWriter.map(new ScaledMap(map, map.width(), map.height()));
            ScaledMap scaled = new ScaledMap(
                    map, size.width(), size.height(), region == null ? null : region.at(size.width(), size.height()));
            Regions regions = RegionFinder.find(
                    scaled,
                    new RegionOptions(
                            verdict.pixelThreshold(), minRegionArea, verdict.anomalous(), true, MOST_REGIONS));
            found = verdict.with(regions);
            mask = mask(regions);
        }
        CapturedImage image = new CapturedImage(
                0, // the store sets it
                time,
                found,
                digest,
                ImageFormat.of(encoded),
                size,
                reasons,
                candidate,
                CaptureFiles.name(time, verdict.model(), digest),
                map != null,
                encoded.length + length(mapped) + length(mask),
                Review.NONE);
        store.add(image, encoded, mapped, mask);
    }

    /** Returns a PNG that is white in the regions, with their holes, and black elsewhere: specks are no regions. */
    private byte[] mask(Regions regions) throws IOException {
        BufferedImage mask = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_BYTE_BINARY);
        Graphics2D graphics = mask.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            for (Region region : regions.largest()) {
                Polygon polygon = new Polygon();
                region.polygon().forEach(corner -> polygon.addPoint(corner.x(), corner.y()));
                graphics.fill(polygon);
            }
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(mask, "png", png);
        return png.toByteArray();
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
