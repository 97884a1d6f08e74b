/**
 * The Open Inference Protocol (v2) of KServe, Triton and others: its transport over HTTP, and the tensors, parameters and
 * metadata that {@code io.draem.service.grpc} takes from here.
 */
@NullMarked
package io.draem.service.protocol;

import org.jspecify.annotations.NullMarked;
