/** The Open Inference Protocol (v2) of KServe, Triton and others, over HTTP. */
@NullMarked
package io.draem.service.protocol;

import org.jspecify.annotations.NullMarked;
