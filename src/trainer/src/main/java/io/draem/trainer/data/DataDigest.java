package io.draem.trainer.data;

import io.draem.text.FileNameEncoding;
import io.draem.text.Sha256;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Digest of the contents of many files, which identifies the data that a model was trained on. */
public final class DataDigest {

    private DataDigest() {}

    /**
     * Returns the SHA-256, in hex, over a line for each file, sorted by path: the file's own SHA-256 in hex, two spaces,
     * the path below {@code root} with forward slashes. So {@code sha256sum} over the sorted paths gives the same lines.
     * Paths are in the composed form (NFC), so that a copy on another file system has the same digest.
     */
    public static String of(Path root, Collection<Path> files) throws IOException {
        return of(root, files, new HashMap<>());
    }

    /**
     * Does the same.
     *
     * @param known digests of files, which are not read again; those of the others are added
     */
    public static String of(Path root, Collection<Path> files, Map<Path, String> known) throws IOException {
        record Named(String name, Path file) {}
        List<Named> sorted = files.stream()
                .map(file -> new Named(
                        FileNameEncoding.composed(root.relativize(file).toString())
                                .replace(File.separatorChar, '/'),
                        file))
                .sorted(Comparator.comparing(Named::name).thenComparing(Named::file))
                .toList();
        MessageDigest all = Sha256.algorithm();
        for (Named named : sorted) {
            all.update((ofFile(named.file(), known) + "  " + named.name() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(all.digest());
    }

    /**
     * Returns the SHA-256, in hex, over a line for each image in the order given: the SHA-256 of the image, its id, its
     * defect type, and the SHA-256 of its mask where it has one. Empty for no images.
     *
     * @param known digests of files, which are not read again; those of the others are added
     */
    public static String of(List<LabelledImage> images, Map<Path, String> known) throws IOException {
        if (images.isEmpty()) {
            return "";
        }
        MessageDigest all = Sha256.algorithm();
        for (LabelledImage image : images) {
            Path mask = image.mask();
            String line = String.join(
                            "  ",
                            ofFile(image.file(), known),
                            image.id(),
                            image.defect(),
                            mask == null ? "" : ofFile(mask, known))
                    + "\n";
            all.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(all.digest());
    }

    private static String ofFile(Path file, Map<Path, String> known) throws IOException {
        String digest = known.get(file);
        if (digest == null) {
            digest = ofFile(file);
            known.put(file, digest);
        }
        return digest;
    }

    /** Returns the SHA-256 of a file, in hex. */
    public static String ofFile(Path file) throws IOException {
        MessageDigest digest = Sha256.algorithm();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
