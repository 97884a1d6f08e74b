package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.history.ModelHistory;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.RolloutControl;
import io.draem.service.web.Endpoints;
import io.draem.service.web.ProblemType;
import io.draem.service.web.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handles promotions, rollbacks and the history of {@code /v1/models/{name}}. */
@RestController
@Tag(name = SchemaNames.MODELS_TAG)
class RolloutController {

    private static final String VERSION = "Version that the client means: if it is not that one, nothing is changed."
            + " Without it, whatever version it is. Example: 2";

    private final RolloutControl rollout;
    private final ModelRepository models;
    private final ModelHistory history;

    RolloutController(RolloutControl rollout, ModelRepository models, ModelHistory history) {
        this.rollout = rollout;
        this.models = models;
        this.history = history;
    }

    @Operation(
            operationId = "promote",
            summary = "Promote the candidate",
            description =
                    "Removes the file 'candidate' from the folder of the candidate, and returns once this replica serves"
                            + " it. Needs a key with the right admin. If the version that is named serves already, nothing is"
                            + " changed.",
            parameters =
                    @Parameter(
                            name = DetectionQuery.VERSION,
                            in = ParameterIn.QUERY,
                            description = VERSION,
                            schema = @Schema(type = "integer", minimum = "0", maximum = "999999999", examples = "2")),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The version that serves",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = RolloutResponse.class))))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.UNKNOWN_MODEL,
        ProblemType.NO_CANDIDATE,
        ProblemType.VERSION_CONFLICT,
        ProblemType.NOT_READY
    })
    @PostMapping(path = "/v1/models/{name}/promote", produces = MediaType.APPLICATION_JSON_VALUE)
    @Nullable
    ResponseEntity<?> promote(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name,
            @Parameter(hidden = true) VersionQuery query,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws DetectionException, IOException {
        return change(request, response, key -> rollout.promote(name, query.version(), key));
    }

    @Operation(
            operationId = "rollback",
            summary = "Roll the version in service back",
            description =
                    "Makes the version in service a candidate that examines and answers nothing, and returns once this"
                            + " replica serves the highest lower version that can be served. Needs a key with the right admin."
                            + " If the version that is named is a candidate already and a lower one serves, nothing is"
                            + " changed. A suspended version in whose place another one serves is rolled back by its number.",
            parameters =
                    @Parameter(
                            name = DetectionQuery.VERSION,
                            in = ParameterIn.QUERY,
                            description = VERSION,
                            schema = @Schema(type = "integer", minimum = "0", maximum = "999999999", examples = "2")),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The version that serves",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = RolloutResponse.class))))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.UNKNOWN_MODEL,
        ProblemType.VERSION_CONFLICT,
        ProblemType.NOT_READY
    })
    @PostMapping(path = "/v1/models/{name}/rollback", produces = MediaType.APPLICATION_JSON_VALUE)
    @Nullable
    ResponseEntity<?> rollback(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name,
            @Parameter(hidden = true) VersionQuery query,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws DetectionException, IOException {
        return change(request, response, key -> rollout.rollback(name, query.version(), key));
    }

    @Operation(
            operationId = "getHistory",
            summary = "List the changes of the version in service",
            description =
                    "Changes by requests, by files of the model directory and by failovers, of all replicas that write to"
                            + " the same directory.")
    @PossibleProblems({ProblemType.UNKNOWN_MODEL, ProblemType.NOT_READY})
    @GetMapping(path = "/v1/models/{name}/history", produces = MediaType.APPLICATION_JSON_VALUE)
    RolloutResponse.History history(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name)
            throws DetectionException {
        try {
            models.require(name, null);
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
        return RolloutResponse.History.of(name, history.of(name));
    }

    /** A change on behalf of a key. */
    @FunctionalInterface
    private interface Change {

        RolloutControl.Change by(String key) throws ModelSelectionException;
    }

    private static @Nullable ResponseEntity<?> change(
            HttpServletRequest request, HttpServletResponse response, Change change)
            throws DetectionException, IOException {
        if (!request.isUserInRole(Endpoints.ADMIN)) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
            return null;
        }
        try {
            return ResponseEntity.ok(RolloutResponse.of(change.by(Objects.requireNonNull(request.getRemoteUser()))));
        } catch (ModelSelectionException.NoCandidate e) {
            return problem(ProblemType.NO_CANDIDATE, e, request);
        } catch (ModelSelectionException.Conflict | ModelSelectionException.NotLoaded e) {
            return problem(ProblemType.VERSION_CONFLICT, e, request);
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }

    private static ResponseEntity<?> problem(ProblemType type, Exception reason, HttpServletRequest request) {
        return ResponseEntity.status(type.status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(type.problem(Objects.requireNonNull(reason.getMessage()), RequestId.of(request)));
    }
}
