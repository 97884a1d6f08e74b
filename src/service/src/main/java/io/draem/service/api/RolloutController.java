package io.draem.service.api;

import io.draem.model.ModelDirectory;
import io.draem.service.detection.DetectionException;
import io.draem.service.history.ModelHistory;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.RolloutControl;
import io.draem.service.web.Endpoints;
import io.draem.service.web.ProblemException;
import io.draem.service.web.ProblemType;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
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
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The version that serves",
                            useReturnTypeSchema = true))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.UNKNOWN_MODEL,
        ProblemType.NO_CANDIDATE,
        ProblemType.VERSION_CONFLICT,
        ProblemType.NOT_READY
    })
    @PostMapping(path = "/v1/models/{name}/promote", produces = MediaType.APPLICATION_JSON_VALUE)
    RolloutResponse promote(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name,
            @Parameter(
                            description = VERSION,
                            schema = @Schema(type = "integer", minimum = "0", maximum = "999999999", examples = "2"))
                    @RequestParam(name = DetectionQuery.VERSION, required = false)
                    @Nullable
                    String version,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException {
        Integer meant = DetectionQuery.version(version);
        return change(request, key -> rollout.promote(name, meant, key));
    }

    @Operation(
            operationId = "rollback",
            summary = "Roll the version in service back",
            description =
                    "Makes the version in service a candidate that examines and answers nothing, and returns once this"
                            + " replica serves the highest lower version that can be served. Needs a key with the right admin."
                            + " If the version that is named is a candidate already and a lower one serves, nothing is"
                            + " changed. A suspended version in whose place another one serves is rolled back by its number.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The version that serves",
                            useReturnTypeSchema = true))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.UNKNOWN_MODEL,
        ProblemType.VERSION_CONFLICT,
        ProblemType.NOT_READY
    })
    @PostMapping(path = "/v1/models/{name}/rollback", produces = MediaType.APPLICATION_JSON_VALUE)
    RolloutResponse rollback(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name,
            @Parameter(
                            description = VERSION,
                            schema = @Schema(type = "integer", minimum = "0", maximum = "999999999", examples = "2"))
                    @RequestParam(name = DetectionQuery.VERSION, required = false)
                    @Nullable
                    String version,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException {
        Integer meant = DetectionQuery.version(version);
        return change(request, key -> rollout.rollback(name, meant, key));
    }

    @Operation(
            operationId = "getHistory",
            summary = "List the changes of the version in service",
            description =
                    "Changes by requests, by files of the model directory and by failovers, of all replicas that write to"
                            + " the same directory; also of a model that is not served, while its file exists.")
    @PossibleProblems({ProblemType.UNKNOWN_MODEL, ProblemType.NOT_READY, ProblemType.OVERLOADED})
    @GetMapping(path = "/v1/models/{name}/history", produces = MediaType.APPLICATION_JSON_VALUE)
    RolloutResponse.History history(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name)
            throws DetectionException {
        ModelHistory.Changes changes;
        try {
            changes = ModelDirectory.isName(name) ? history.of(name) : ModelHistory.Changes.NONE;
        } catch (RejectedExecutionException e) {
            throw new ProblemException(
                    ProblemType.OVERLOADED, "Too many histories are being read: try again in a few seconds");
        }
        try {
            models.require(name, null);
        } catch (ModelSelectionException.Unknown e) {
            if (changes.changes().isEmpty()) {
                throw DetectionException.of(e);
            }
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
        return RolloutResponse.History.of(name, changes);
    }

    /** A change on behalf of a key. */
    @FunctionalInterface
    private interface Change {

        RolloutControl.Change by(String key) throws ModelSelectionException;
    }

    private static RolloutResponse change(HttpServletRequest request, Change change) throws DetectionException {
        Endpoints.requireRole(request, Endpoints.ADMIN);
        try {
            return RolloutResponse.of(change.by(Objects.requireNonNull(request.getRemoteUser())));
        } catch (ModelSelectionException.NoCandidate e) {
            throw new ProblemException(ProblemType.NO_CANDIDATE, Objects.requireNonNull(e.getMessage()));
        } catch (ModelSelectionException.Conflict | ModelSelectionException.NotLoaded e) {
            throw new ProblemException(ProblemType.VERSION_CONFLICT, Objects.requireNonNull(e.getMessage()));
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }
}
