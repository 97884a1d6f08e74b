package io.draem.trainer.data;

import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The text of a file that names images: UTF-8, or UTF-16 with the mark that says so. */
final class ManifestText {

    private static final int NAMED_LINES = 20;
    private static final long MAX_BYTES = 64L << 20;

    private ManifestText() {}

    /**
     * Returns the text without the mark.
     *
     * @throws DatasetException if the file is too large, or in no encoding that is read here
     */
    static String read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new DatasetException(file + " is larger than " + (MAX_BYTES >> 20) + " MB");
        }
        byte[] bytes = Files.readAllBytes(file);
        Charset charset = StandardCharsets.UTF_8;
        int mark = 0;
        if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
            mark = 3;
        } else if (startsWith(bytes, 0xFF, 0xFE)) {
            charset = StandardCharsets.UTF_16LE;
            mark = 2;
        } else if (startsWith(bytes, 0xFE, 0xFF)) {
            charset = StandardCharsets.UTF_16BE;
            mark = 2;
        }
        try {
            String text = charset.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, mark, bytes.length - mark))
                    .toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // said below
        }
        throw new DatasetException(
                file + " is not in UTF-8, nor in UTF-16 with a byte-order mark: save it in one of these encodings");
    }

    /** Throws one error for all lines that do not fit; nothing where there are none. */
    static void refuse(Path file, List<String> mistakes) throws DatasetException {
        if (!mistakes.isEmpty()) {
            int more = mistakes.size() - NAMED_LINES;
            throw new DatasetException(mistakes.size() + " lines of " + file + " do not fit:\n  "
                    + mistakes.stream()
                            .limit(NAMED_LINES)
                            .map(mistake -> SafeText.of(mistake, Dataset.Problem.LONGEST))
                            .collect(Collectors.joining("\n  "))
                    + (more > 0 ? "\n  and " + more + " more" : ""));
        }
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        if (bytes.length < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if ((bytes[i] & 0xFF) != start[i]) {
                return false;
            }
        }
        return true;
    }
}
