package io.draem.service.protocol;

/**
 * The body of an inference request: JSON, and tensors in binary form behind it.
 *
 * @param bytes all of it, decompressed; not copied
 * @param jsonLength how many bytes the JSON has; 0 where there is none and the whole body is the one tensor
 */
record RequestBody(byte[] bytes, int jsonLength) {

    /** Returns how many bytes are behind the JSON. */
    int binaryLength() {
        return bytes.length - jsonLength;
    }
}
