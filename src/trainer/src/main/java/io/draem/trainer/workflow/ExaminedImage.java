package io.draem.trainer.workflow;

import io.draem.frame.FrameImage;
import io.draem.frame.FramePlan;
import io.draem.model.ModelCard;
import io.draem.text.Sha256;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.workflow.PredictionLines.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * An image of a prediction from its file to its verdict.
 *
 * @param file where it is
 * @param path below the folder of images, with slashes
 * @param read the image
 * @param stamp size of the bytes that were decoded, and time of the file before they were read
 * @param sha256 of those bytes, in hex
 * @param share what it holds until it is closed
 */
record ExaminedImage(Path file, String path, FrameImage read, FileStamp stamp, String sha256, HeldPixels.Share share) {

    /**
     * Reads a file, as soon as the pixels may be held.
     *
     * @param keep whether the image is kept at its own size
     * @param share taken for the image, and given back if it cannot be read
     * @throws IOException if it cannot be read, see {@link #problem}
     */
    static ExaminedImage read(
            Path file, String path, ModelCard card, Predictions.Options options, boolean keep, HeldPixels.Share share)
            throws IOException {
        Observer observer = new Observer(share);
        boolean done = false;
        try {
            // Before the bytes: of a file that changes meanwhile the line is out of date, and --resume runs it again.
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            FrameImage read = FrameFile.read(
                    file, card.framing(), card.input(), card.whiteLevel(), options.region(), keep, observer);
            done = true;
            return new ExaminedImage(file, path, read, new FileStamp(observer.bytes, modified), observer.sha256, share);
        } finally {
            if (!done) {
                share.close();
            }
        }
    }

    /** Returns in a sentence why a file could not be read: it is no image, may not be read, or has vanished. */
    static String problem(Path file, IOException e) {
        return e instanceof DatasetException
                ? String.valueOf(e.getMessage())
                : file + " cannot be read: " + TrainerException.sentence(e);
    }

    FramePlan plan() {
        return read.frame().plan();
    }

    long pixels() {
        return plan().image().pixels();
    }

    private static final class Observer implements FrameFile.Observer {

        private final HeldPixels.Share share;
        private long bytes;
        private String sha256 = "";

        Observer(HeldPixels.Share share) {
            this.share = share;
        }

        @Override
        public void opened(long pixels) {
            share.take(pixels);
        }

        @Override
        public void content(byte[] content) {
            bytes = content.length;
            sha256 = Sha256.hex(Sha256.of(content));
        }
    }
}
