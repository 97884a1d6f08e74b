package io.draem.service.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.service.detection.DetectionException;
import io.draem.service.models.ModelControl;
import io.draem.service.web.Endpoints;
import io.draem.service.web.RequestBytes;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lists, loads and unloads the models of the directory, as the protocol's extension of Triton Inference Server for model
 * repositories does. Ignores Content-Type: clients send any or none.
 */
@Hidden
@RestController
class RepositoryController {

    private final ServerState state;
    private final JsonMapper json;

    RepositoryController(ServerState state, JsonMapper json) {
        this.state = state;
        this.json = json;
    }

    /**
     * A version.
     *
     * @param state {@code READY} or {@code UNAVAILABLE}
     * @param reason why it is unavailable
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            String name,
            String version,
            String state,
            @Nullable String reason) {

        static Entry of(ModelControl.Entry entry) {
            return new Entry(entry.name(), Integer.toString(entry.version()), entry.state(), entry.reason());
        }
    }

    @PostMapping("/v2/repository/index")
    List<Entry> index(HttpServletRequest request) throws DetectionException, IOException {
        JsonNode ready = body(request, Set.of("ready")).path("ready");
        if (!ready.isMissingNode() && !ready.isNull() && !ready.isBoolean()) {
            throw Invalid.request("'ready' must be true or false");
        }
        return state.index(ready.asBoolean(false)).stream().map(Entry::of).toList();
    }

    @PostMapping("/v2/repository/models/{name}/load")
    void load(@PathVariable String name, HttpServletRequest request, HttpServletResponse response)
            throws DetectionException, IOException {
        state.requireControl();
        if (isAdmin(request, response)) {
            requireParameters(body(request, Set.of("parameters")), Set.of());
            state.load(name, Objects.requireNonNull(request.getRemoteUser()));
        }
    }

    @PostMapping("/v2/repository/models/{name}/unload")
    void unload(@PathVariable String name, HttpServletRequest request, HttpServletResponse response)
            throws DetectionException, IOException {
        state.requireControl();
        if (isAdmin(request, response)) {
            requireParameters(body(request, Set.of("parameters")), Set.of(Invalid.UNLOAD_DEPENDENTS));
            state.unload(name, Objects.requireNonNull(request.getRemoteUser()));
        }
    }

    private static boolean isAdmin(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean admin = request.isUserInRole(Endpoints.ADMIN);
        if (!admin) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        }
        return admin;
    }

    private static void requireParameters(JsonNode body, Set<String> known) throws DetectionException {
        JsonNode parameters = body.path("parameters");
        if (parameters.isMissingNode() || parameters.isNull()) {
            return;
        }
        if (!parameters.isObject()) {
            throw Invalid.request("'parameters' must be a JSON object");
        }
        Invalid.requireParameters(Set.copyOf(parameters.propertyNames()), known);
    }

    /** Returns the body, which is optional: an object with some members of the given names. */
    private JsonNode body(HttpServletRequest request, Set<String> members) throws DetectionException, IOException {
        byte[] bytes = RequestBytes.read(request, Endpoints.OPERATION_BYTES);
        if (bytes.length > Endpoints.OPERATION_BYTES) {
            throw Invalid.tooLarge("The body is larger than " + Endpoints.OPERATION_BYTES
                    + " bytes: a model is loaded from its files in the model directory, not from a request");
        }
        JsonNode body;
        try {
            body = json.readTree(bytes);
            if (body.isMissingNode()) { // nothing, or white space
                return json.createObjectNode();
            }
        } catch (JacksonException e) {
            throw noObject(members);
        }
        if (!body.isObject() || !members.containsAll(body.propertyNames())) {
            throw noObject(members);
        }
        return body;
    }

    private static DetectionException noObject(Set<String> members) {
        return Invalid.request(
                "The body must be empty, or a JSON object with no other member than " + String.join(", ", members));
    }
}
