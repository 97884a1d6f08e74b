package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Says whether server and models are ready, and what they are. */
@Hidden
@RestController
class ServerController {

    private final ServerState state;

    ServerController(ServerState state) {
        this.state = state;
    }

    @GetMapping("/v2")
    ServerState.Metadata server() {
        return state.metadata("binary_tensor_data");
    }

    /** The protocol looks at the status alone, KServe's client at the body too. */
    @GetMapping("/v2/health/live")
    ResponseEntity<Map<String, Boolean>> live() {
        return health("live", state.isLive());
    }

    @GetMapping("/v2/health/ready")
    ResponseEntity<Map<String, Boolean>> ready() {
        return health("ready", state.isReady());
    }

    @GetMapping({"/v2/models/{name}", "/v2/models/{name}/versions/{version}"})
    ModelMetadata model(@PathVariable String name, @PathVariable(required = false) @Nullable String version)
            throws DetectionException {
        return state.model(name, version);
    }

    @GetMapping({"/v2/models/{name}/ready", "/v2/models/{name}/versions/{version}/ready"})
    ModelReady modelReady(@PathVariable String name, @PathVariable(required = false) @Nullable String version)
            throws DetectionException {
        return new ModelReady(state.require(name, version).name(), true);
    }

    record ModelReady(String name, boolean ready) {}

    private static ResponseEntity<Map<String, Boolean>> health(String what, boolean well) {
        return ResponseEntity.status(well ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(Map.of(what, well));
    }
}
