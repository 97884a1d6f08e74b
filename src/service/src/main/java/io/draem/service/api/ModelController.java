package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import io.draem.service.shadow.ComparisonSummary;
import io.draem.service.shadow.ShadowRuns;
import io.draem.service.web.ProblemException;
import io.draem.service.web.ProblemType;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Handles {@code GET /v1/models}. */
@RestController
@Tag(name = SchemaNames.MODELS_TAG)
class ModelController {

    private final ModelRepository models;
    private final ShadowRuns shadows;

    ModelController(ModelRepository models, ShadowRuns shadows) {
        this.models = models;
        this.shadows = shadows;
    }

    /** The models in service. */
    @Schema(name = "ModelList", description = "The models in service")
    record ModelsResponse(
            @Schema(description = "By name", requiredMode = Schema.RequiredMode.REQUIRED)
            List<ModelResponse> models,

            @Schema(
                    description =
                            "Versions that should be served but were refused, including those of models without any other",
                    requiredMode = Schema.RequiredMode.REQUIRED)
            List<RefusedModelResponse> refused) {}

    /** A version that should be served but was refused. */
    @Schema(name = "RefusedModel", description = "A version that should be served but was refused")
    record RefusedModelResponse(
            @Schema(description = "Name of the model", requiredMode = Schema.RequiredMode.REQUIRED, example = "cookie")
            String name,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "2")
            int version,

            @Schema(description = "Why it was refused", requiredMode = Schema.RequiredMode.REQUIRED)
            String reason) {}

    @Operation(operationId = "listModels", summary = "List the models")
    @GetMapping(path = "/v1/models", produces = MediaType.APPLICATION_JSON_VALUE)
    ModelsResponse models() {
        return new ModelsResponse(
                models.models().stream()
                        .map(model -> ModelResponse.of(model, models))
                        .toList(),
                models.refused().stream()
                        .map(model -> new RefusedModelResponse(model.name(), model.version(), model.reason()))
                        .toList());
    }

    @Operation(operationId = "getModel", summary = "Describe one model")
    @PossibleProblems({ProblemType.UNKNOWN_MODEL, ProblemType.NOT_READY})
    @GetMapping(path = "/v1/models/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
    ModelResponse model(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name)
            throws DetectionException {
        return ModelResponse.of(require(name), models);
    }

    @Operation(
            operationId = "getComparison",
            summary = "Compare a candidate with the version that answers",
            description =
                    "A version with a file 'candidate' in its folder examines a share of the images too, after their"
                            + " responses were sent. Images of requests that name a version or a threshold are not compared.",
            responses = @ApiResponse(responseCode = "200", description = "The comparison", useReturnTypeSchema = true))
    @PossibleProblems({ProblemType.UNKNOWN_MODEL, ProblemType.NO_CANDIDATE, ProblemType.NOT_READY})
    @GetMapping(path = "/v1/models/{name}/comparison", produces = MediaType.APPLICATION_JSON_VALUE)
    ComparisonResponse comparison(
            @Parameter(description = "Name of the model. Example: cookie", schema = @Schema(examples = "cookie"))
                    @PathVariable
                    String name)
            throws DetectionException {
        ComparisonSummary comparison = shadows.comparison(require(name));
        if (comparison == null) {
            throw new ProblemException(
                    ProblemType.NO_CANDIDATE, "To have a version compared, add a file 'candidate' to its folder");
        }
        return ComparisonResponse.of(comparison);
    }

    private ServedModel require(String name) throws DetectionException {
        try {
            return models.require(name, null);
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }
}
