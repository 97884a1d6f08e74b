package io.draem.service.protocol;

/**
 * An output that the caller wants.
 *
 * @param tensor which one
 * @param binary whether in binary form, behind the JSON
 */
record RequestedOutput(OutputTensor tensor, boolean binary) {}
