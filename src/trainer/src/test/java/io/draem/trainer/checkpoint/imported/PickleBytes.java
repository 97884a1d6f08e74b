package io.draem.trainer.checkpoint.imported;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles by hand, and zip files round them. */
final class PickleBytes {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PickleBytes() {
        op(0x80).op(2);
    }

    PickleBytes op(int... opcodes) {
        for (int opcode : opcodes) {
            bytes.write(opcode);
        }
        return this;
    }

    PickleBytes number(int value) {
        op('J');
        return int32(value);
    }

    PickleBytes int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op('X').int32(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    PickleBytes global(String module, String name) {
        op('c');
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Pushes a tensor of float32. */
    PickleBytes tensor(String key, int elements, int offset, int side, int stride) {
        global("torch._utils", "_rebuild_tensor_v2").op('(', '(');
        text("storage").global("torch", "FloatStorage").text(key).text("cpu").number(elements);
        op('t', 'Q').number(offset).number(side).op(0x85).number(stride).op(0x85);
        return op(0x89).op('}').op('t', 'R');
    }

    /** Pushes a row-major tensor. */
    PickleBytes tensor(String storage, String key, long elements, long... shape) {
        global("torch._utils", "_rebuild_tensor_v2").op('(', '(');
        text("storage").global("torch", storage).text(key).text("cpu").whole(elements);
        op('t', 'Q').whole(0).op('(');
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = Math.max(0, stride); // of absurd shapes it overflows
            stride *= shape[axis];
        }
        for (long side : shape) {
            whole(side);
        }
        op('t', '(');
        for (long each : strides) {
            whole(each);
        }
        return op('t', 0x89).op('}').op('t', 'R');
    }

    PickleBytes whole(long value) {
        op(0x8a, 8); // LONG1
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    byte[] stop() {
        return op('.').bytes.toByteArray();
    }

    /** Writes a zip file of torch.save's layout with one storage, {@code data/0}. */
    static Path zip(Path file, byte[] pickle, byte[] storage) throws IOException {
        return zip(file, ZipEntry.STORED, Map.of("archive/data.pkl", pickle, "archive/data/0", storage));
    }

    static Path zip(Path file, int method, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(content.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    CRC32 crc = new CRC32();
                    crc.update(content.getValue());
                    entry.setCrc(crc.getValue());
                    entry.setSize(content.getValue().length);
                }
                zip.putNextEntry(entry);
                zip.write(content.getValue());
            }
        }
        return file;
    }
}
