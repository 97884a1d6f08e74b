package io.draem.service.openapi;

import io.draem.service.api.AnswerExamples;
import io.draem.service.api.DetectionQuery;
import io.draem.service.web.Headers;
import io.draem.service.web.Problem;
import io.draem.service.web.ProblemType;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;

/** Describes problems in the contract, with an example for each. */
final class ProblemExamples {

    private static final String PROBLEM_JSON = "application/problem+json";

    private ProblemExamples() {}

    /**
     * Returns the answer with a status that stands for several kinds of problem.
     *
     * @param explorer the path of Swagger UI with all that is before it
     */
    static ApiResponse response(int status, List<ProblemType> types, String explorer) {
        MediaType media = new MediaType().schema(new Schema<>().$ref("#/components/schemas/Problem"));
        types.forEach(type ->
                media.addExamples(type.id(), new Example().summary(type.title()).value(example(type, explorer))));
        ApiResponse response = new ApiResponse()
                .description(
                        types.stream().map(ProblemType::id).collect(Collectors.joining(" or ")) + condition(status))
                .content(new Content().addMediaType(PROBLEM_JSON, media));
        if (status == 401) {
            response.addHeaderObject(
                    HttpHeaders.WWW_AUTHENTICATE,
                    new Header()
                            .description("How keys are sent")
                            .schema(new StringSchema())
                            .example(Headers.CHALLENGE));
        }
        if (status == 429 || status == 503) {
            response.addHeaderObject(
                    HttpHeaders.RETRY_AFTER,
                    new Header()
                            .description("Seconds after which it is worth to try again")
                            .schema(new IntegerSchema())
                            .example(2));
        }
        return response;
    }

    private static String condition(int status) {
        return switch (status) {
            case 401 -> ", where the service requires keys";
            case 429 -> ", where the service limits how often a key may be used";
            default -> "";
        };
    }

    private static Map<String, Object> example(ProblemType type, String explorer) {
        Problem problem = type.problem(detail(type, explorer), AnswerExamples.ID);
        Map<String, Object> example = new LinkedHashMap<>();
        example.put("type", problem.type().toString());
        example.put("title", problem.title());
        example.put("status", problem.status());
        example.put("detail", problem.detail());
        example.put("requestId", problem.requestId());
        return example;
    }

    private static String detail(ProblemType type, String explorer) {
        return switch (type) {
            case INVALID_REQUEST ->
                "There is no query parameter 'treshold', 'threshold' was meant perhaps: this path takes "
                        + String.join(", ", DetectionQuery.NAMES);
            case INVALID_IMAGE -> AnswerExamples.INVALID_IMAGE;
            case UNUSUAL_INPUT ->
                "The image does not look like the training images of cookie: too-dark (brightness 0.021, usual 0.310 to"
                        + " 0.680). Check light, exposure and focus of the camera, and send another image";
            case UNKNOWN_MODEL -> "There is no model of that name; served are cookie";
            case UNSUPPORTED_MEDIA_TYPE ->
                "The Content-Type of the request is not taken: send multipart/form-data or image/* or"
                        + " application/octet-stream";
            case OVERLOADED -> "Too many requests wait already: try again later, or start more replicas";
            default -> type.detail(explorer);
        };
    }
}
