package io.draem.service.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells the operator problem and remedy in place of a stack trace. */
final class KeyStartUpFailureAnalyzer extends AbstractFailureAnalyzer<KeyStartUpException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, KeyStartUpException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Mend the file that draem.security.api-keys.file names: a line name:sha256 for each key, where sha256 is"
                        + " what `printf %s KEY | sha256sum` prints.",
                rootFailure);
    }
}
