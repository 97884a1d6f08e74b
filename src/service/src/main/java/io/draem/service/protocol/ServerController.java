package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Says whether server and models are ready, and what they are. */
@Hidden
@RestController
class ServerController {

    private final ModelRepository models;
    private final ApplicationAvailability availability;
    private final ServerMetadata server;

    ServerController(
            ModelRepository models, ApplicationAvailability availability, ObjectProvider<BuildProperties> build) {
        this.models = models;
        this.availability = availability;
        BuildProperties properties = build.getIfAvailable();
        String version = properties == null ? null : properties.getVersion();
        this.server = new ServerMetadata("draem", version == null ? "unknown" : version, List.of("binary_tensor_data"));
    }

    @GetMapping("/v2")
    ServerMetadata server() {
        return server;
    }

    /** The protocol looks at the status alone, KServe's client at the body too. */
    @GetMapping("/v2/health/live")
    ResponseEntity<Map<String, Boolean>> live() {
        return health("live", availability.getLivenessState() == LivenessState.CORRECT);
    }

    @GetMapping("/v2/health/ready")
    ResponseEntity<Map<String, Boolean>> ready() {
        return health(
                "ready", models.isLoaded() && availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC);
    }

    @GetMapping({"/v2/models/{name}", "/v2/models/{name}/versions/{version}"})
    ModelMetadata model(@PathVariable String name, @PathVariable(required = false) @Nullable String version)
            throws DetectionException {
        ServedModel model = require(name, Invalid.version(version));
        return ModelMetadata.of(model, version == null ? models.versions(name) : List.of(model));
    }

    @GetMapping({"/v2/models/{name}/ready", "/v2/models/{name}/versions/{version}/ready"})
    ModelReady modelReady(@PathVariable String name, @PathVariable(required = false) @Nullable String version)
            throws DetectionException {
        return new ModelReady(require(name, Invalid.version(version)).name(), true);
    }

    record ModelReady(String name, boolean ready) {}

    private ServedModel require(String name, @Nullable Integer version) throws DetectionException {
        try {
            return models.require(name, version);
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }

    private static ResponseEntity<Map<String, Boolean>> health(String what, boolean well) {
        return ResponseEntity.status(well ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(Map.of(what, well));
    }

    /**
     * The service, as the protocol describes servers.
     *
     * @param name its name
     * @param version its version
     * @param extensions the extensions of the protocol that it serves
     */
    record ServerMetadata(String name, String version, List<String> extensions) {}
}
