package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import io.draem.service.models.ModelControl;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.info.BuildProperties;
import org.springframework.stereotype.Component;

/** Server and models as the protocol describes them, over HTTP and gRPC. */
@Component
public final class ServerState {

    private final ModelRepository models;
    private final ModelControl control;
    private final ApplicationAvailability availability;
    private final String version;

    ServerState(
            ModelRepository models,
            ModelControl control,
            ApplicationAvailability availability,
            ObjectProvider<BuildProperties> build) {
        this.models = models;
        this.control = control;
        this.availability = availability;
        BuildProperties properties = build.getIfAvailable();
        String built = properties == null ? null : properties.getVersion();
        this.version = built == null ? "unknown" : built;
    }

    /**
     * The service, as the protocol describes servers.
     *
     * @param name its name
     * @param version its version
     * @param extensions the extensions of the protocol that it serves
     */
    public record Metadata(String name, String version, List<String> extensions) {}

    /**
     * Describes the service.
     *
     * @param extensions those of the transport
     */
    public Metadata metadata(String... extensions) {
        return new Metadata(
                "draem",
                version,
                Stream.concat(
                                Stream.of(extensions),
                                Stream.of("model_repository", "model_repository(unload_dependents)"))
                        .toList());
    }

    /** Returns whether the service runs. */
    public boolean isLive() {
        return availability.getLivenessState() == LivenessState.CORRECT;
    }

    /** Returns whether the models are loaded and requests are taken. */
    public boolean isReady() {
        return models.isLoaded() && availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC;
    }

    /**
     * Describes a model.
     *
     * @param version the version that a client names; null for the one in service, and all that are served are listed
     * @throws DetectionException if it is not served
     */
    public ModelMetadata model(String name, @Nullable String version) throws DetectionException {
        ServedModel model = require(name, version);
        return ModelMetadata.of(model, version == null ? models.versions(name) : List.of(model));
    }

    /**
     * Returns a model.
     *
     * @param version the version that a client names; null for the one in service
     * @throws DetectionException if it is not served
     */
    public ServedModel require(String name, @Nullable String version) throws DetectionException {
        Integer number = Invalid.version(version);
        return selected(() -> models.require(name, number));
    }

    /**
     * Lists the versions of the models.
     *
     * @param ready whether only those that are served are wanted
     * @throws DetectionException while the service starts
     */
    public List<ModelControl.Entry> index(boolean ready) throws DetectionException {
        return selected(() -> control.index(ready));
    }

    /**
     * Does nothing where requests load and unload models.
     *
     * @throws DetectionException if they do not
     */
    public void requireControl() throws DetectionException {
        selected(() -> {
            control.requireExplicit();
            return true;
        });
    }

    /**
     * Loads a model; returns once it serves requests.
     *
     * @param key name of the key of the request
     * @throws DetectionException if it does not
     */
    public void load(String name, String key) throws DetectionException {
        selected(() -> {
            control.load(name, key);
            return true;
        });
    }

    /**
     * Takes a model out of service.
     *
     * @param key name of the key of the request
     * @throws DetectionException if there is no such model, or it cannot be unloaded
     */
    public void unload(String name, String key) throws DetectionException {
        selected(() -> {
            control.unload(name, key);
            return true;
        });
    }

    /** A selection of models. */
    @FunctionalInterface
    private interface Selection<T> {

        T make() throws ModelSelectionException;
    }

    private static <T> T selected(Selection<T> selection) throws DetectionException {
        try {
            return selection.make();
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }
}
