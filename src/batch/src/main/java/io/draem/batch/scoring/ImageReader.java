package io.draem.batch.scoring;

import io.draem.batch.archive.Columns;
import io.draem.frame.FrameImage;
import io.draem.frame.FramePlan;
import io.draem.image.DecodingMemory;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageLimits;
import io.draem.image.OpenedImage;
import io.draem.model.ModelCard;
import io.draem.text.Sha256;
import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Reads and decodes the images of a list as a model takes them. */
final class ImageReader {

    private static final ImageLimits LIMITS = ImageLimits.OF_OWN_FILES;

    private static final ImageDecoder DECODER = new ImageDecoder(LIMITS);

    private final ModelCard card;
    private final Configuration hadoop;
    private final boolean keep;
    private final int path;
    private final int length;
    private final int problem;
    private final int content;

    /** @param keep whether images are kept at their own size, for overlays */
    ImageReader(StructType listed, ModelCard card, Configuration hadoop, boolean keep) {
        this.card = card;
        this.hadoop = hadoop;
        this.keep = keep;
        this.path = listed.fieldIndex(Columns.PATH);
        this.length = listed.fieldIndex(Columns.LENGTH);
        this.problem = listed.fieldIndex(Columns.PROBLEM);
        this.content = Arrays.asList(listed.fieldNames()).indexOf(Columns.CONTENT);
    }

    /**
     * An image of the list.
     *
     * @param row of the list
     * @param image as the model takes it; null if it cannot be read
     * @param digest SHA-256 of the bytes, in hex; null if they cannot be read
     * @param problem why it cannot be read; null if it can
     * @param nanos time that reading and decoding took
     */
    record Read(
            Row row,
            @Nullable FrameImage image,
            @Nullable String digest,
            @Nullable String problem,
            long nanos) {}

    Read read(Row row) {
        long start = System.nanoTime();
        String digest = null;
        if (!row.isNullAt(problem)) {
            return new Read(row, null, null, row.getString(problem), 0);
        }
        long size = row.getLong(length);
        if (size > LIMITS.maxBytes()) {
            String message = "the image has " + size + " bytes, more than the limit of " + LIMITS.maxBytes();
            return new Read(row, null, null, message, System.nanoTime() - start);
        }
        try (DecodingMemory.Held file = DecodingMemory.ofFile(size)) {
            byte[] bytes = content >= 0 ? (byte[]) row.get(content) : bytes(row.getString(path), (int) size);
            digest = Sha256.hex(Sha256.of(bytes));
            ImageHeader header = DECODER.readHeader(bytes);
            long needed = FrameImage.heapBytes(header, card.framing(), card.input(), keep);
            try (DecodingMemory.Held pixels = DecodingMemory.ofPixels(size, needed)) {
                OpenedImage opened = DECODER.open(bytes);
                FramePlan plan = FramePlan.of(
                        card.framing(),
                        card.input(),
                        opened.header().uprightWidth(),
                        opened.header().uprightHeight(),
                        null);
                FrameImage image = FrameImage.decode(opened, plan, card.whiteLevel(), keep);
                return new Read(row, image, digest, null, System.nanoTime() - start);
            }
        } catch (ImageException | IOException | RuntimeException e) {
            return new Read(row, null, digest, Detections.problem(e), System.nanoTime() - start);
        }
    }

    private byte[] bytes(String name, int size) throws IOException {
        Path file = new Path(name);
        try (FSDataInputStream in = file.getFileSystem(hadoop).open(file)) {
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size || in.read() >= 0) {
                throw new IOException("The file changed since it was listed: the next run scores it");
            }
            return bytes;
        }
    }
}
