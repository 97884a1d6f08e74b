package io.draem.trainer.imported;

import io.draem.tensor.Tensor;
import io.draem.trainer.imported.PickleValue.Storage;
import io.draem.trainer.imported.PickleValue.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file of {@code torch.save}, in the zip form (PyTorch 1.6 and later) or the one before it. Nothing in it is run, and
 * a tensor takes memory only when it is asked for and after its size was checked against what the file holds.
 */
final class TorchFile implements AutoCloseable {

    /** A full-size network in float64 with its optimiser takes 2.4 GB. */
    static final long MAX_FILE = 16L << 30;

    private static final int MAX_TENSOR = 1 << 30;

    /** Where the elements lie. */
    interface Storages {

        /** Returns all bytes of a storage; never fewer than it claims. */
        ByteBuffer read(Storage storage) throws IOException;

        /** Tells how numbers of more than one byte are written. */
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
        throw new ImportedFileException(
                bytes.file(),
                "it is no file of torch.save: name an anomalib checkpoint (.ckpt) or the official repository's two .pckl files");
    }

    Path file() {
        return bytes.file();
    }

    PickleValue root() {
        return content.root();
    }

    /**
     * Returns a row-major copy of a tensor.
     *
     * @param name for the messages
     * @throws ImportedFileException if it reaches beyond its storage, or is larger than its storage
     */
    Tensor tensor(String name, TensorView view) throws IOException {
        Storage storage = view.storage();
        long elements = view.elements();
        if (elements > storage.elements() || elements * storage.type().bytes() > MAX_TENSOR) {
            throw new ImportedFileException(
                    file(), Names.quoted(name) + " has more elements than its storage, or more than a network needs");
        }
        requireInside(name, view);
        ByteBuffer copy = ByteBuffer.allocate((int) elements * storage.type().bytes());
        if (elements > 0) {
            copy(view, content.storages().read(storage), copy);
        }
        long[] shape = view.shape().stream().mapToLong(Long::longValue).toArray();
        return new Tensor(storage.type(), shape, copy.flip());
    }

    private void requireInside(String name, TensorView view) throws ImportedFileException {
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
        return new ImportedFileException(file(), Names.quoted(name) + " reaches beyond its storage");
    }

    /** Goes through the tensor row by row, and turns the bytes of each element where they lie the other way round. */
    private void copy(TensorView view, ByteBuffer from, ByteBuffer to) {
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
