package io.draem.batch.model;

import io.draem.batch.BatchException;
import io.draem.runtime.onnx.ExternalData;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;

/**
 * The bytes of a graph and of its files with weights.
 *
 * @param graph name of the file of the graph
 * @param files bytes by the names of the files
 */
record GraphFiles(String graph, LinkedHashMap<String, byte[]> files) implements Serializable {

    /** Largest array that every JVM has. */
    private static final long LARGEST = Integer.MAX_VALUE - 8;

    /**
     * Reads a graph and the files next to it that it names.
     *
     * @throws GraphRefusedException if it is none, or names files elsewhere
     * @throws BatchException if a file is missing or too large; the message names it
     */
    static GraphFiles read(FileSystem files, org.apache.hadoop.fs.Path graph)
            throws IOException, GraphRefusedException, BatchException {
        LinkedHashMap<String, byte[]> read = new LinkedHashMap<>();
        byte[] bytes = read(files, graph, 0);
        read.put(graph.getName(), bytes);
        long all = bytes.length;
        for (String name : ExternalData.locations(ByteBuffer.wrap(bytes))) {
            if (!read.containsKey(name)) { // the graph itself as its weights is refused when it is opened
                byte[] weights = read(
                        files,
                        new org.apache.hadoop.fs.Path(
                                graph.getParent(), new org.apache.hadoop.fs.Path(null, null, name)),
                        all);
                read.put(name, weights);
                all += weights.length;
            }
        }
        return new GraphFiles(graph.getName(), read);
    }

    /** @param before bytes that are held already */
    private static byte[] read(FileSystem files, org.apache.hadoop.fs.Path file, long before)
            throws IOException, BatchException, GraphRefusedException {
        try {
            if (!files.getFileStatus(file).isFile()) {
                throw new GraphRefusedException("Its weights are in " + file + ", which is a folder");
            }
            long size = files.getFileStatus(file).getLen();
            long heap = Runtime.getRuntime().maxMemory();
            if (size > LARGEST) {
                throw new BatchException("--model: " + file + " has " + size + " bytes, more than the " + LARGEST
                        + " that can be sent to executors: save the weights in several files");
            }
            if (before + size > heap / 2) { // the broadcast is a copy
                throw new BatchException("--model: " + file + " needs more memory than the " + heap
                        + " bytes of the driver's heap allow: start java with -Xmx"
                        + (2 * (before + size) / (1 << 20) + 1024)
                        + "m, or set spark.driver.memory");
            }
            try (var in = files.open(file)) {
                byte[] bytes = in.readNBytes((int) size);
                if (bytes.length < size || in.read() >= 0) {
                    throw new BatchException("--model: " + file + " changed while it was read: run again");
                }
                return bytes;
            }
        } catch (FileNotFoundException e) {
            throw new BatchException(
                    "--model: there is no " + file + ", which holds weights of the graph: copy it next to the graph",
                    e);
        }
    }

    /** Writes the files to a folder of their own, which has to be closed. */
    Local local() throws IOException {
        Path folder = Files.createTempDirectory("draem-model");
        Local local = new Local(folder.resolve(graph), folder, List.copyOf(files.keySet()));
        boolean written = false;
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
            written = true;
            return local;
        } finally {
            if (!written) {
                local.close();
            }
        }
    }

    /**
     * The files of a graph in a folder that is deleted when this is closed; a session that has mapped them keeps them.
     *
     * @param file of the graph
     * @param folder of all
     * @param names of all
     */
    record Local(Path file, Path folder, List<String> names) implements AutoCloseable {

        /** Reads the graph. */
        GraphFile graph() throws IOException, GraphRefusedException {
            return GraphFile.read(file, Long.MAX_VALUE);
        }

        @Override
        public void close() {
            names.forEach(name -> delete(folder.resolve(name)));
            delete(folder);
        }

        /** Windows deletes no file that is mapped. */
        private static void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                file.toFile().deleteOnExit();
            }
        }
    }
}
