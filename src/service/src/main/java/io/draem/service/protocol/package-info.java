/** The Open Inference Protocol (v2) of KServe, Triton and others. Over HTTP it is here whole; {@code grpc} takes tensors and parameters from here. */
@NullMarked
package io.draem.service.protocol;

import org.jspecify.annotations.NullMarked;
