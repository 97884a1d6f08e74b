package io.draem.service.startup;

import io.draem.text.FileNameEncoding;
import java.nio.file.InvalidPathException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Names the locale where it is the reason why a configured path cannot be used; before Spring's own analyzers, which do not. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class FileNameFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPathException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidPathException cause) {
        return new FailureAnalysis(
                FileNameEncoding.explain(cause.getInput()),
                "The container images set LANG; where java is started otherwise, the environment has to.",
                rootFailure);
    }
}
