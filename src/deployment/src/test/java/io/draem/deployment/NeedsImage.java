package io.draem.deployment;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests of an image that has been built already.
 *
 * <pre>{@code
 * docker build -t draem-service:cpu --target service-cpu .
 * ./mvnw -Pcontainers -pl src/deployment -am test
 * }</pre>
 *
 * Skipped without the profile; with it too where no engine answers or the image has not been built, and one line says so.
 * For podman, start {@code podman system service --time=0 unix:///tmp/podman.sock} and set
 * {@code DOCKER_HOST=unix:///tmp/podman.sock} and {@code TESTCONTAINERS_RYUK_DISABLED=true}. The engine must see this
 * machine's files, which are mounted.
 */
@Tag("container")
@ExtendWith(NeedsImageCondition.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface NeedsImage {

    BuiltImage value();
}
