package io.draem.service.detection;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Reports problem and remedy in place of a stack trace; before Boot's own analyzer, which describes the binding. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class HeapFailureAnalyzer extends AbstractFailureAnalyzer<HeapTooSmallException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, HeapTooSmallException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), rootFailure);
    }
}
