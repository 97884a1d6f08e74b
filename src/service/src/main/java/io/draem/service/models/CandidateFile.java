package io.draem.service.models;

import io.draem.file.DurableFile;
import io.draem.runtime.onnx.FileKind;
import io.draem.text.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file in the folder of a version that makes it a {@link Candidate}. */
final class CandidateFile {

    private static final Logger log = LoggerFactory.getLogger(CandidateFile.class);

    /** Its name. */
    static final String NAME = "candidate";

    /** Its content for a version that was taken back: it examines and answers nothing. */
    static final byte[] TAKEN_BACK = "0\n".getBytes(StandardCharsets.UTF_8);

    private static final int MOST_BYTES = 64;

    private static final String SHARE = "0|1|0?\\.[0-9]{1,9}|1\\.0{1,9}";

    /** Stripped: nothing, the share of images, a line for the share of requests, or both in this order. */
    private static final Pattern SHARES = Pattern.compile(
            "(?<images>" + SHARE + ")?(?:(?:^|[ \\t]*\\R\\s*)answers[ \\t]+(?<requests>" + SHARE + "))?");

    private CandidateFile() {}

    /**
     * What a file says.
     *
     * @param images share of the images that the candidate examines too, 0 to 1
     * @param requests share of the requests that it answers, 0 to 1
     */
    record Shares(double images, double requests) {}

    /**
     * Returns whether a version is a candidate. One whose folder cannot be read now stays what it was.
     *
     * @param current the candidate of the model now; null for none
     */
    static boolean isIn(ModelFile file, @Nullable Candidate current) {
        return file.state().isReadable()
                ? file.state().files().containsKey(NAME)
                : current != null && current.model().version() == file.version();
    }

    /**
     * Reads the file of a candidate. An empty one has all images and no request.
     *
     * @param file one that {@linkplain #isIn has it}
     * @throws ModelLoadException if it has anything else than shares
     */
    static Shares read(ModelFile file) throws ModelLoadException {
        if (!file.state().isReadable()) {
            throw new ModelLoadException(FailedVersion.Failure.UNREADABLE, "its folder cannot be read");
        }
        FileKind kind = Objects.requireNonNull(file.state().files().get(NAME)).kind();
        if (kind != FileKind.FILE) { // a pipe would block the read for ever
            throw new ModelLoadException(FailedVersion.Failure.UNREADABLE, NAME + " is " + kind + ": make it a file");
        }
        byte[] bytes;
        try {
            bytes = bytes(file.path().resolveSibling(NAME));
        } catch (IOException e) {
            throw new ModelLoadException(
                    FailedVersion.Failure.UNREADABLE, "its file " + NAME + " cannot be read: " + e);
        }
        Matcher shares = SHARES.matcher(new String(bytes, StandardCharsets.UTF_8).strip());
        if (bytes.length > MOST_BYTES || !shares.matches()) {
            throw new ModelLoadException(
                    FailedVersion.Failure.CANDIDATE,
                    "its file " + NAME
                            + " must be empty, or have the share of the images to examine, a number from 0 to 1"
                            + " as 0.1, or a line with the share of the requests to answer, as 'answers 0.05', or both"
                            + " in this order");
        }
        return new Shares(share(shares.group("images"), 1), share(shares.group("requests"), 0));
    }

    private static double share(@Nullable String text, double without) {
        return text == null ? without : Double.parseDouble(text);
    }

    /** Returns the content, as much of it as a valid one may have and one byte more. */
    static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MOST_BYTES + 1);
        }
    }

    /**
     * Requires that no other version has the same folder by a link: one file would change both.
     *
     * @param directory of all models
     */
    static void requireOwnFolder(ModelFile model, Path directory) throws ModelSelectionException {
        try {
            Path folder = model.path().resolveSibling("");
            Path real = folder.toRealPath();
            for (List<ModelFile> files : ModelFile.list(directory).values()) {
                for (ModelFile file : files) {
                    boolean same = file.name().equals(model.name()) && file.version() == model.version();
                    Path other = file.path().resolveSibling("");
                    if (!same && isFolder(other, real)) {
                        throw new ModelSelectionException.Conflict("The folder of version " + model.version() + " of "
                                + model.name() + " is that of version " + file.version() + " of " + file.name()
                                + " too, by a link: give each a folder of its own");
                    }
                }
            }
        } catch (IOException e) {
            throw unwritable(model, e);
        }
    }

    /** Returns whether a folder is the one of a real path; one whose path cannot be followed is not, since that one's can. */
    private static boolean isFolder(Path folder, Path real) {
        try {
            return Files.isDirectory(folder) && folder.toRealPath().equals(real);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Writes or removes the file of a version, unless that has happened already; returns its content before, null for none.
     * Another process may do the same at the same time: a file that it has just made is not replaced.
     *
     * @param content null to remove it
     */
    static byte @Nullable [] exchange(ModelFile model, byte @Nullable [] content) throws ModelSelectionException {
        Path file = model.path().resolveSibling(NAME);
        try {
            byte[] before = present(file);
            if (content == null && before != null) {
                return DurableFile.delete(file) ? before : null;
            }
            if (content != null && before == null && !DurableFile.create(file, content)) {
                return present(file);
            }
            return before;
        } catch (IOException e) {
            throw unwritable(model, e);
        }
    }

    /** Returns the content of a file that can be restored; null for none. */
    private static byte @Nullable [] present(Path file) throws IOException, ModelSelectionException {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelSelectionException.Conflict(SafeText.escaped(file.toString())
                    + " is no ordinary file: a link, as in a ConfigMap, is changed at its source");
        }
        try {
            byte[] content = bytes(file);
            if (content.length > MOST_BYTES) {
                throw new ModelSelectionException.Conflict(SafeText.escaped(file.toString()) + " has more than "
                        + MOST_BYTES + " bytes, and no valid one has: correct or remove it");
            }
            return content;
        } catch (NoSuchFileException e) {
            return null; // removed meanwhile
        }
    }

    private static ModelSelectionException unwritable(ModelFile model, IOException e) {
        String what = "The file " + NAME + " of version " + model.version() + " of " + model.name();
        log.warn("{} cannot be changed: {}", what, SafeText.escaped(e.toString()));
        return Files.isWritable(model.path().resolveSibling(""))
                ? new ModelSelectionException.NotNow(what + " cannot be changed now, and the service's log says why")
                : new ModelSelectionException.Conflict(
                        what + " cannot be changed, since the service may not write to its"
                                + " folder: change it where the model directory can be written, or give the service write access");
    }
}
