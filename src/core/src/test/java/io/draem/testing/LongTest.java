package io.draem.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A test that takes minutes, or measures and therefore needs a quiet machine: it is skipped unless it is asked for. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfSystemProperty(
        named = "draem.test.long",
        matches = "wanted",
        disabledReason = "It takes minutes, or needs a quiet machine: -Ddraem.test.long=wanted")
public @interface LongTest {}
