package io.draem.service.web;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of a body as they arrive, in one array that the decoder reads. A body of a declared length is kept in
 * arrays of an eighth of its size, of an eighth of that and so on, the smallest that is large enough: so at most a seventh
 * of it is copied a second time, and a client holds at most eight times the memory that it has sent. A body without a
 * length doubles its array. Safe for use by several threads.
 */
final class BodyBytes {

    private static final int SMALLEST = 4 << 10;
    private static final int GROWTH = 8;
    private static final byte[] NONE = {};

    private final long declared;
    private final int limit;
    private byte[] bytes = NONE;
    private int size;
    private boolean gone;

    /**
     * @param declared length of the body by its headers; negative without one
     * @param limit most bytes that are kept
     */
    BodyBytes(long declared, long limit) {
        this.declared = declared;
        this.limit = (int) Math.min(limit, Integer.MAX_VALUE - Byte.SIZE);
    }

    synchronized int size() {
        return size;
    }

    synchronized boolean isFull() {
        return size == limit;
    }

    /** Returns by how many bytes the array grows to take more of them; 0 if it does not have to. */
    synchronized int growth(int more) {
        return Math.max(bytes.length, capacity(Math.min((long) size + more, limit))) - bytes.length;
    }

    private int capacity(long needed) {
        if (needed <= bytes.length) {
            return bytes.length;
        }
        if (needed <= SMALLEST) {
            return (int) Math.min(SMALLEST, declared < needed ? limit : declared);
        }
        long capacity = declared;
        if (declared < needed) {
            capacity = Math.max(needed, 2L * bytes.length);
        } else {
            while (capacity / GROWTH >= needed) {
                capacity /= GROWTH;
            }
        }
        return (int) Math.min(limit, capacity);
    }

    /** Takes bytes up to the limit; none once they have been taken or cleared. */
    synchronized void add(ByteBuffer from) {
        if (gone) {
            return;
        }
        int length = Math.min(from.remaining(), limit - size);
        int growth = growth(length);
        if (growth > 0) {
            bytes = Arrays.copyOf(bytes, bytes.length + growth);
        }
        from.get(bytes, size, length);
        size += length;
    }

    /** Gives back what the array has beyond the bytes. */
    synchronized void trim() {
        if (size < bytes.length) {
            bytes = Arrays.copyOf(bytes, size);
        }
    }

    /** Returns the array and forgets it; nothing else holds it. */
    synchronized byte[] take() {
        trim();
        byte[] taken = bytes;
        clear();
        return taken;
    }

    /** Forgets the bytes. */
    synchronized void clear() {
        gone = true;
        bytes = NONE;
        size = 0;
    }
}
