/** The Open Inference Protocol (v2) of KServe, Triton and others, over gRPC. */
@NullMarked
package io.draem.service.grpc;

import org.jspecify.annotations.NullMarked;
