package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import io.draem.trainer.checkpoint.imported.PickleValue.Whole;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads opcodes and what follows them; takes memory only for bytes that are there. */
final class PickleInput {

    private final Path file;
    private final ByteBuffer in;

    /** @param bytes read from their position on, which moves */
    PickleInput(Path file, ByteBuffer bytes) {
        this.file = file;
        this.in = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns whether a pickle of protocol 2 or later begins here: they all begin with the opcode PROTO. */
    boolean atPickle() {
        return in.remaining() >= 2 && (in.get(in.position()) & 0xFF) == 0x80;
    }

    int unsignedByte() throws ImportedFileException {
        return need(1).get() & 0xFF;
    }

    int unsignedShort() throws ImportedFileException {
        return need(2).getShort() & 0xFFFF;
    }

    int int32() throws ImportedFileException {
        return need(4).getInt();
    }

    long int64() throws ImportedFileException {
        return need(8).getLong();
    }

    /** Reads a float, which alone of all numbers is big-endian. */
    double real() throws ImportedFileException {
        return Double.longBitsToDouble(Long.reverseBytes(int64()));
    }

    /** Reads a length of four bytes. */
    int length() throws ImportedFileException {
        return within(int32());
    }

    /** Reads a length of eight bytes. */
    int longLength() throws ImportedFileException {
        return within(int64());
    }

    Text text(int length, Charset charset) throws ImportedFileException {
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new Text(new String(bytes, charset));
    }

    /** Goes over bytes, which hold nothing that is read here. */
    Opaque bytes(int length) throws ImportedFileException {
        need(length).position(in.position() + length);
        return new Opaque("bytes");
    }

    /** Reads an integer; those of more than eight bytes are not used. */
    PickleValue integer(int length) throws ImportedFileException {
        ByteBuffer bytes = need(length);
        if (length > 8) {
            bytes.position(bytes.position() + length);
            return new Opaque("an integer of " + length + " bytes");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes.get() & 0xFFL) << (8 * i);
        }
        int unused = 64 - 8 * length;
        return new Whole(length == 0 ? 0 : value << unused >> unused); // the sign is that of the last byte
    }

    /** Reads up to the end of the line. */
    String line() throws ImportedFileException {
        int start = in.position();
        while (need(1).get() != '\n') {
            // reads on to the end of the line
        }
        byte[] bytes = new byte[in.position() - 1 - start];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int within(long claimed) throws ImportedFileException {
        if (claimed < 0 || claimed > in.remaining()) {
            throw new ImportedFileException(
                    file,
                    "its pickle claims " + Long.toUnsignedString(claimed) + " bytes where " + in.remaining()
                            + " are left");
        }
        return (int) claimed;
    }

    private ByteBuffer need(int bytes) throws ImportedFileException {
        if (in.remaining() < bytes) {
            throw new ImportedFileException(file, "its pickle ends early");
        }
        return in;
    }
}
