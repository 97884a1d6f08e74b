package io.draem.service.models;

import io.draem.runtime.onnx.FileKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version that answers only requests that name it, and is compared with the version that answers the others. It has a file
 * {@value #FILE} in its folder.
 *
 * @param model the version
 * @param share share of the images that it examines too, 0 to 1
 */
public record Candidate(ServedModel model, double share) {

    /** The file that makes a version a candidate: empty, or with the share as a decimal number. */
    static final String FILE = "candidate";

    private static final int MOST_BYTES = 64;

    private static final Pattern SHARE = Pattern.compile("0|1|0?\\.[0-9]{1,9}|1\\.0{1,9}");

    /**
     * Returns whether a version is a candidate. One whose folder cannot be read now stays what it was.
     *
     * @param current the candidate of the model now; null for none
     */
    static boolean is(ModelFile file, @Nullable Candidate current) {
        return file.state().isReadable()
                ? file.state().files().containsKey(FILE)
                : current != null && current.model().version() == file.version();
    }

    /**
     * Returns the share in the file of a candidate, 1 where it is empty.
     *
     * @param file one that {@linkplain #is is} a candidate
     * @throws ModelLoadException if it has anything else
     */
    static double share(ModelFile file) throws ModelLoadException {
        if (!file.state().isReadable()) {
            throw new ModelLoadException(FailedVersion.Failure.UNREADABLE, "its folder cannot be read");
        }
        FileKind kind = Objects.requireNonNull(file.state().files().get(FILE)).kind();
        if (kind != FileKind.FILE) { // a pipe would block the read for ever
            throw new ModelLoadException(FailedVersion.Failure.UNREADABLE, FILE + " is " + kind + ": make it a file");
        }
        String text;
        try (InputStream in = Files.newInputStream(file.path().resolveSibling(FILE))) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            text = bytes.length > MOST_BYTES ? "long" : new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new ModelLoadException(
                    FailedVersion.Failure.UNREADABLE, "its file " + FILE + " cannot be read: " + e);
        }
        if (text.isEmpty()) {
            return 1;
        }
        if (SHARE.matcher(text).matches()) {
            return Double.parseDouble(text);
        }
        throw new ModelLoadException(
                FailedVersion.Failure.CANDIDATE,
                "its file " + FILE
                        + " must be empty, or have the share of the images to examine, a number from 0 to 1 as"
                        + " 0.1");
    }
}
