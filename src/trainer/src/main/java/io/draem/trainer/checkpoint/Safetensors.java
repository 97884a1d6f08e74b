package io.draem.trainer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads and writes safetensors files: 8 bytes little-endian header length, a JSON header, raw little-endian data.
 *
 * <p>A file is not trusted: every length is checked against the file's size before memory is allocated.
 *
 * @param tensors the tensors, in the file's order
 * @param metadata free text pairs ({@code __metadata__})
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {

    private static final int MAX_HEADER = 100 << 20; // the reference implementation's limit

    /**
     * Reads a whole file.
     *
     * @throws TensorFileException if the file is not safetensors, is truncated, or its header does not fit its data
     * @throws IOException if it cannot be read
     */
    public static Safetensors read(Path file) throws IOException {
        try (FileChannel channel = CheckpointFile.open(file)) {
            return read((position, length) -> readFully(channel, position, length, file), channel.size(), file);
        }
    }

    /**
     * Reads a file that is in memory.
     *
     * @param name of the file in messages
     * @throws TensorFileException if the bytes are not safetensors, or their header does not fit the data
     */
    public static Safetensors read(byte[] bytes, String name) throws IOException {
        return read(
                (position, length) -> ByteBuffer.wrap(
                                Arrays.copyOfRange(bytes, (int) position, (int) position + length))
                        .order(ByteOrder.LITTLE_ENDIAN),
                bytes.length,
                Path.of(name));
    }

    /** Gives copies of parts of a file. */
    private interface Source {
        ByteBuffer read(long position, int length) throws IOException;
    }

    private static Safetensors read(Source source, long size, Path file) throws IOException {
        if (size < 8) {
            throw new TensorFileException(file, "it is only " + size + " bytes long");
        }
        long headerLength = source.read(0, 8).getLong();
        if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > size - 8) {
            throw new TensorFileException(file, "its header claims " + Long.toUnsignedString(headerLength) + " bytes");
        }
        long dataStart = 8 + headerLength;
        SafetensorsHeader header =
                SafetensorsHeader.parse(source.read(8, (int) headerLength).array(), size - dataStart, file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, SafetensorsHeader.Entry> entry : header.entries().entrySet()) {
            SafetensorsHeader.Entry tensor = entry.getValue();
            ByteBuffer data = source.read(dataStart + tensor.begin(), tensor.length());
            tensors.put(entry.getKey(), new Tensor(tensor.type(), tensor.shape(), data));
        }
        return new Safetensors(tensors, header.metadata());
    }

    /** Returns the tensor of that name; throws {@link IllegalArgumentException} if there is none. */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("No tensor '" + name + "' among " + tensors.size());
        }
        return tensor;
    }

    /** Writes the file atomically and forces it to the disk. */
    public void write(Path file) throws IOException {
        Map<String, DeferredTensor> deferred = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> deferred.put(name, DeferredTensor.of(tensor)));
        write(file, metadata, deferred);
    }

    /** Writes tensors in the map's order, each requested when it is written; atomically and forced to the disk. */
    public static void write(Path file, Map<String, String> metadata, Map<String, DeferredTensor> tensors)
            throws IOException {
        byte[] header = SafetensorsHeader.write(metadata, tensors);
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        length.putLong(0, header.length);
        Path part = AtomicFile.of(file);
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(channel, length);
            writeFully(channel, ByteBuffer.wrap(header));
            for (DeferredTensor tensor : tensors.values()) {
                writeFully(channel, tensor.values().get().data());
            }
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        AtomicFile.publish(part, file);
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int length, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new TensorFileException(file, "it ends early");
            }
        }
        return buffer.flip();
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
