package io.draem.service.capture;

import io.draem.frame.RegionOfInterest;
import io.draem.overlay.PngWriter;
import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.capture.files.StoredFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the labeled images of a model as a ZIP file in the layout of MVTec AD, which the trainer reads. Images that are
 * labeled unsure are left out.
 */
public final class ReviewExport {

    /** The labels that are written. */
    public static final List<ReviewLabel> LABELS = List.of(ReviewLabel.GOOD, ReviewLabel.DEFECT);

    /** The entry that names images without files. */
    static final String MISSING = "missing.txt";

    private static final Logger log = LoggerFactory.getLogger(ReviewExport.class);

    private static final int PAGE = 100;

    /** Bytes of a PNG that do not grow with its pixels; a mask has at most two bytes for each. */
    private static final int HEAD = 1024;

    private static final String HEADER =
            "file,label,mask,captured,reasons,version,score,normalizedScore,threshold,reviewer,reviewed\n";

    private final CaptureStore store;
    private final String goodFolder;

    /** @param train whether good images are to train on, and not to test with */
    public ReviewExport(CaptureStore store, boolean train) {
        this.store = store;
        this.goodFolder = train ? "train/good/" : "test/good/";
    }

    /**
     * Writes the file, image by image. Without its end if this fails, so that a part is not taken for the whole. Images
     * whose files are missing although the index has them are in {@value #MISSING}, which is only there for them.
     *
     * @param filter what is written of the {@link #LABELS}
     */
    public void write(CaptureFilter filter, OutputStream out) throws IOException {
        StringBuilder table = new StringBuilder(HEADER);
        List<String> missing = new ArrayList<>();
        Zip zip = new Zip(out);
        try {
            long before = Long.MAX_VALUE;
            List<CapturedImage> page;
            do {
                page = store.list(filter, before, PAGE);
                for (CapturedImage image : page) {
                    before = image.id();
                    if (!write(image, zip, table) && store.find(image.id()) != null) {
                        missing.add(image.name());
                    }
                }
            } while (!page.isEmpty());
            put(zip, "images.csv", table.toString().getBytes(StandardCharsets.UTF_8));
            if (!missing.isEmpty()) {
                log.error("{} labeled images have no files in the store and are not in the export", missing.size());
                String text =
                        missing.size() + " labeled images are not in this file, since the store lacks their files:\n"
                                + String.join("\n", missing) + "\n";
                put(zip, MISSING, text.getBytes(StandardCharsets.UTF_8));
            }
            zip.finish();
        } finally {
            zip.end();
        }
    }

    /** Closing it would complete a file that has failed. */
    private static final class Zip extends ZipOutputStream {

        Zip(OutputStream out) {
            super(out, StandardCharsets.UTF_8);
            setLevel(Deflater.NO_COMPRESSION); // the files are compressed
        }

        void end() {
            def.end();
        }
    }

    /** Returns whether its files are there. */
    private boolean write(CapturedImage image, ZipOutputStream zip, StringBuilder table) throws IOException {
        byte[] mask;
        boolean good = image.review().label() == ReviewLabel.GOOD;
        String name = image.name().replace('/', '-');
        String file = (good ? goodFolder : "test/defect/") + name + CaptureFiles.ending(image.format());
        String maskFile = "ground_truth/defect/" + name + "_mask.png";
        try (StoredFile encoded = store.open(image, CapturedFile.IMAGE)) {
            mask = good ? null : mask(image);
            zip.putNextEntry(new ZipEntry(file));
            encoded.copy(zip);
            zip.closeEntry();
        } catch (NoSuchFileException e) {
            return false;
        }
        if (mask != null) {
            put(zip, maskFile, mask);
        }
        ModelVerdict verdict = image.verdict();
        Review review = image.review();
        table.append(String.join(
                        ",",
                        file,
                        good ? "good" : "defect",
                        mask == null ? "" : maskFile,
                        image.time().toString(),
                        image.reasons().stream().map(CaptureReason::id).collect(Collectors.joining(" ")),
                        Integer.toString(verdict.version()),
                        Double.toString(verdict.score()),
                        Double.toString(verdict.normalizedScore()),
                        Double.toString(verdict.threshold()),
                        String.valueOf(review.reviewer()),
                        String.valueOf(review.time())))
                .append('\n');
        return true;
    }

    /** Returns where the defect is: what the reviewer drew, else the regions of the model; null for neither. */
    private byte @Nullable [] mask(CapturedImage image) throws IOException {
        String outlines = image.review().outlines();
        if (outlines != null) {
            return PngWriter.bits(RegionOfInterest.ofJson(outlines)
                    .at(image.size().width(), image.size().height()));
        }
        if (!image.hasMap() || image.verdict().regions() == 0) {
            return null;
        }
        try (StoredFile mask = store.open(image, CapturedFile.MASK)) {
            return mask.read(HEAD + 2L * image.size().pixels());
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }
}
