package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.checkpoint.imported.PickleValue.Storage;
import io.draem.trainer.checkpoint.imported.PickleValue.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A file of {@code torch.save}, in the zip form (PyTorch 1.6 and later) or the one before it. Nothing in it is executed.
 * Tensors take memory only on request, after their sizes are checked against the file.
 */
final class TorchFile implements AutoCloseable {

    /** A full-size network in float64 with its optimizer takes 2.4 GB. */
    static final long MAX_FILE = 16L << 30;

    /** A full-size network in float64 takes 0.8 GB. */
    private static final long MAX_TENSORS = 2L << 30;

    /** Names per element: parameters do not overlap, but an averaged copy may share the elements of another. */
    private static final int MAX_SHARING = 2;

    /** Access to the elements of storages. */
    interface Storages {

        /** Returns all bytes of a storage; never fewer than it claims. */
        ByteBuffer read(Storage storage) throws IOException;

        /** Returns the byte order of numbers. */
        ByteOrder order();
    }

    /** What one of the two forms gives. */
    record Content(PickleValue root, Storages storages) {}

    private final FileBytes bytes;
    private final Content content;

    private TorchFile(FileBytes bytes, Content content) {
        this.bytes = bytes;
        this.content = content;
    }

    /**
     * Reads what the file describes.
     *
     * @throws NoSuchFileException if there is no such file
     * @throws ImportedFileException if it is not of {@code torch.save}, is broken, or is too large
     */
    static TorchFile open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString());
        }
        FileBytes bytes = new FileBytes(file);
        try {
            if (bytes.size() > MAX_FILE) {
                throw new ImportedFileException(
                        file, "it has " + bytes.size() + " bytes, more than the " + MAX_FILE + " that are read");
            }
            return new TorchFile(bytes, read(bytes));
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    private static Content read(FileBytes bytes) throws IOException {
        if (bytes.size() >= 4 && bytes.read(0, 4).getInt() == 0x04034b50) {
            return ZipArchive.read(bytes);
        }
        if (LegacyFile.is(bytes)) {
            return LegacyFile.read(bytes);
        }
        if (isOnnx(bytes)) {
            throw new ImportedFileException(
                    bytes.file(),
                    "it is an ONNX graph, and import reads checkpoints. "
                            + ImportedFiles.checkpointInPlaceOf(bytes.file()));
        }
        throw new ImportedFileException(
                bytes.file(),
                "it is not a file of torch.save: name an anomalib checkpoint (.ckpt) or the official repository's two .pckl files");
    }

    /** An ONNX file begins with the version of its format, field 1 of its message, and then names what wrote it. */
    private static boolean isOnnx(FileBytes bytes) throws IOException {
        if (!(bytes.file() + "").endsWith(".onnx") || bytes.size() < 3) {
            return false;
        }
        ByteBuffer start = bytes.read(0, 3);
        return start.get(0) == 0x08 && start.get(1) > 0 && start.get(1) < 0x20 && start.get(2) == 0x12;
    }

    Path file() {
        return bytes.file();
    }

    PickleValue root() {
        return content.root();
    }

    /**
     * Returns row-major copies of tensors by name. Nothing is copied before all of them were checked, and each
     * storage is read once however many look into it.
     *
     * @param views by name
     * @throws ImportedFileException if one reaches beyond its storage or is larger, or if together they take more memory
     *     than their storages account for
     */
    Map<String, Tensor> tensors(Map<String, TensorView> views) throws IOException {
        Map<Storage, List<String>> names = new LinkedHashMap<>();
        long copied = 0;
        for (Map.Entry<String, TensorView> entry : views.entrySet()) {
            requireInside(entry.getKey(), entry.getValue());
            copied += entry.getValue().elements()
                    * entry.getValue().storage().type().bytes();
            names.computeIfAbsent(entry.getValue().storage(), storage -> new ArrayList<>())
                    .add(entry.getKey());
        }
        long held = names.keySet().stream().mapToLong(Storage::bytes).sum();
        if (copied > MAX_SHARING * held || copied > MAX_TENSORS || held > MAX_TENSORS) {
            throw new ImportedFileException(
                    file(),
                    "its " + views.size() + " tensors take " + copied + " bytes out of storages of " + held
                            + ": no network shares its numbers so, or is so large");
        }
        Map<String, Tensor> tensors = new HashMap<>();
        for (Map.Entry<Storage, List<String>> entry : names.entrySet()) {
            ByteBuffer elements = entry.getKey().elements() == 0
                    ? ByteBuffer.allocate(0)
                    : content.storages().read(entry.getKey());
            for (String name : entry.getValue()) {
                tensors.put(name, copy(Objects.requireNonNull(views.get(name)), elements));
            }
        }
        return tensors;
    }

    private void requireInside(String name, TensorView view) throws ImportedFileException {
        Storage storage = view.storage();
        if (view.elements() > storage.elements() || storage.bytes() > ZipArchive.MAX_STORAGE) {
            throw new ImportedFileException(
                    file(),
                    SafeText.quoted(name) + " has more elements than its storage, or more than a network needs");
        }
        long last = view.offset();
        long end = view.storage().elements();
        for (int i = 0; i < view.shape().size() && view.elements() > 0; i++) {
            long steps = view.shape().get(i) - 1;
            long stride = view.strides().get(i);
            if (last >= end || (steps > 0 && stride > (end - 1 - last) / steps)) {
                throw outside(name);
            }
            last += steps * stride;
        }
        if (view.elements() > 0 ? last >= end : last > end) {
            throw outside(name);
        }
    }

    private ImportedFileException outside(String name) {
        return new ImportedFileException(file(), SafeText.quoted(name) + " reaches beyond its storage");
    }

    private Tensor copy(TensorView view, ByteBuffer from) {
        int size = view.storage().type().bytes();
        int length = Math.toIntExact(view.elements() * size);
        ByteBuffer to = ByteBuffer.allocate(length);
        if (length > 0 && view.isRowMajor() && content.storages().order() == ByteOrder.LITTLE_ENDIAN) {
            to.put(from.slice(Math.toIntExact(view.offset() * size), length));
        } else if (length > 0) {
            copyEach(view, from, to);
        }
        long[] shape = view.shape().stream().mapToLong(Long::longValue).toArray();
        return new Tensor(view.storage().type(), shape, to.flip());
    }

    /** Copies the tensor row by row, and reverses the bytes of big-endian elements. */
    private void copyEach(TensorView view, ByteBuffer from, ByteBuffer to) {
        int size = view.storage().type().bytes();
        int dimensions = view.shape().size();
        long[] index = new long[dimensions];
        long at = view.offset();
        boolean reversed = content.storages().order() == ByteOrder.BIG_ENDIAN;
        while (true) {
            int start = Math.toIntExact(at * size);
            for (int i = 0; i < size; i++) {
                to.put(from.get(start + (reversed ? size - 1 - i : i)));
            }
            int axis = dimensions - 1;
            while (axis >= 0 && ++index[axis] == view.shape().get(axis)) {
                at -= (index[axis] - 1) * view.strides().get(axis);
                index[axis--] = 0;
            }
            if (axis < 0) {
                return;
            }
            at += view.strides().get(axis);
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
