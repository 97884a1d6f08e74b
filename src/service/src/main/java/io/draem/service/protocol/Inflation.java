package io.draem.service.protocol;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Decompresses bodies within limits: of the size, of the ratio, and of the bytes of all requests, since the
 * decompressed size of a body is not counted at admission.
 */
final class Inflation {

    private static final int CHUNK = 64 << 10;

    /** A black image is smaller by a thousand times, so the ratio counts only beyond this size. */
    private static final int ANY_RATIO = 4 << 20;

    private static final int MAX_RATIO = 200;

    private final int maxBytes;
    private final Admission admission;

    /**
     * @param maxBytes most bytes of one body
     * @param admission counts the bytes of all bodies
     */
    Inflation(int maxBytes, Admission admission) {
        this.maxBytes = maxBytes;
        this.admission = admission;
    }

    /** What a decompressed body takes of the limit; closing gives it back. */
    final class Share implements AutoCloseable {

        private long taken;

        /** Returns the decompressed body; called once. */
        byte[] inflate(String coding, byte[] compressed) throws DetectionException {
            try (InputStream in = open(coding, new ByteArrayInputStream(compressed))) {
                ByteArrayOutputStream out = new ByteArrayOutputStream(CHUNK);
                byte[] chunk = new byte[CHUNK];
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    require(out.size() + (long) read, compressed.length);
                    out.write(chunk, 0, read);
                }
                return out.toByteArray();
            } catch (IOException e) {
                throw Invalid.request(
                        "The body is no " + coding + " data, as its Content-Encoding says, or ends early");
            }
        }

        @Override
        public void close() {
            admission.shrink(taken);
            taken = 0;
        }

        private void require(long size, int compressed) throws DetectionException {
            if (size > maxBytes) {
                throw Invalid.tooLarge("The body is larger than " + maxBytes
                        + " bytes when decompressed (draem.memory.budget): send fewer images at a time");
            }
            if (size > ANY_RATIO && size > (long) MAX_RATIO * compressed) {
                throw Invalid.tooLarge("The body is more than " + MAX_RATIO
                        + " times larger when decompressed: send it as it is, without Content-Encoding");
            }
            if (!admission.tryGrow(size - taken)) {
                throw DetectionException.bodiesTakeAll();
            }
            taken = size;
        }
    }

    Share share() {
        return new Share();
    }

    private static InputStream open(String coding, InputStream in) throws IOException {
        return coding.equals("gzip") ? new GZIPInputStream(in, CHUNK) : new InflaterInputStream(in);
    }
}
