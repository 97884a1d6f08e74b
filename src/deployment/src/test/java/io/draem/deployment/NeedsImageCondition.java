package io.draem.deployment;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/** Looks for the image of {@link NeedsImage} and for an engine to run it. */
final class NeedsImageCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            return ConditionEvaluationResult.enabled("the class is");
        }
        if (!"wanted".equals(System.getProperty("draem.test.containers"))) {
            return ConditionEvaluationResult.disabled("Needs a container engine and built images: -Pcontainers");
        }
        Class<?> tests = context.getRequiredTestClass();
        String missing = missing(tests.getAnnotation(NeedsImage.class).value());
        if (missing == null) {
            return ConditionEvaluationResult.enabled("image and engine are there");
        }
        System.out.println(tests.getSimpleName() + " are skipped: " + missing);
        return ConditionEvaluationResult.disabled(missing);
    }

    private static @Nullable String missing(BuiltImage image) {
        // The search for an engine logs a stack trace for every place where there is none.
        Logger log = logger("org.testcontainers");
        log.setLevel(Level.OFF);
        logger("com.github.dockerjava").setLevel(Level.OFF);
        logger("tc").setLevel(Level.WARN);
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return "no container engine answers";
        }
        log.setLevel(Level.WARN);
        return image.find() != null
                ? null
                : "there is no image " + image.wanted() + ", docker build -t " + image.wanted() + " --target "
                        + image.target() + " . makes it, -Ddraem.image." + image.target() + "=NAME names another";
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }
}
