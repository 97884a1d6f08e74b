package io.draem.service.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A graph in the model directory, {@code <name>/<version>/model.onnx}.
 *
 * @param name name of the model
 * @param version number of the version, 1 or more
 * @param path where the graph is
 */
record ModelFile(String name, int version, Path path) {

    private static final String FILE_NAME = "model.onnx";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

    /** Returns the graphs in a directory by name, highest version first; whatever is laid out otherwise is left out. */
    static Map<String, List<ModelFile>> list(Path directory) throws IOException {
        Map<String, List<ModelFile>> byName = new TreeMap<>();
        for (Path model : directories(directory, NAME)) {
            List<ModelFile> files = new ArrayList<>();
            for (Path version : directories(model, VERSION)) {
                Path file = version.resolve(FILE_NAME);
                if (Files.isRegularFile(file)) {
                    files.add(new ModelFile(
                            model.getFileName().toString(),
                            Integer.parseInt(version.getFileName().toString()),
                            file));
                }
            }
            files.sort(Comparator.comparingInt(ModelFile::version).reversed());
            if (!files.isEmpty()) {
                byName.put(files.get(0).name(), files);
            }
        }
        return byName;
    }

    /** Returns {@code sha256:} and the hexadecimal digest of the file. */
    String digest() throws IOException {
        try (InputStream in = Files.newInputStream(path);
                DigestInputStream digesting = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digesting.transferTo(OutputStream.nullOutputStream());
            return "sha256:"
                    + HexFormat.of().formatHex(digesting.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static List<Path> directories(Path parent, Pattern name) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(child ->
                            name.matcher(child.getFileName().toString()).matches())
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
