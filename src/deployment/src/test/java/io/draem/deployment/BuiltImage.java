package io.draem.deployment;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/** An image of the Dockerfile, under the name that the README builds it by, or under that of {@code -Ddraem.image.<target>}. */
enum BuiltImage {
    SERVICE("draem-service:latest"),
    SERVICE_CPU("draem-service:cpu"),
    TRAINER("draem-trainer:latest");

    private final String defaultName;

    BuiltImage(String defaultName) {
        this.defaultName = defaultName;
    }

    String target() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String wanted() {
        return System.getProperty("draem.image." + target(), defaultName);
    }

    /** Asks the engine for it; podman keeps what it has built under {@code localhost/}. */
    @Nullable
    InspectImageResponse find() {
        return Stream.of(wanted(), "localhost/" + wanted())
                .flatMap(name -> inspect(name).stream())
                .findFirst()
                .orElse(null);
    }

    InspectImageResponse inspect() {
        var found = find();
        if (found == null) {
            throw new IllegalStateException("There is no image " + wanted());
        }
        return found;
    }

    private static Optional<InspectImageResponse> inspect(String name) {
        try {
            return Optional.of(DockerClientFactory.instance()
                    .client()
                    .inspectImageCmd(name)
                    .exec());
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }
}
