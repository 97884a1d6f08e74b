package io.draem.service.protocol;

import org.jspecify.annotations.Nullable;

/**
 * An input as a request describes it.
 *
 * @param name its name
 * @param datatype the type of its elements
 * @param shape its sides, none of them negative
 * @param binarySize how many bytes of the binary part are its own; null where it does not say
 * @param data its elements; null where they are in the binary part
 */
public record InputTensor(
        @Nullable String name,
        @Nullable String datatype,
        long[] shape,
        @Nullable Long binarySize,
        @Nullable TensorData data) {}
