package io.draem.service.models;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells the operator problem and remedy in place of a stack trace. */
final class ModelStartUpFailureAnalyzer extends AbstractFailureAnalyzer<ModelStartUpException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelStartUpException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), rootFailure);
    }
}
