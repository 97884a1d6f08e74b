package io.draem.service.openapi;

import io.draem.service.api.DetectionQuery;
import io.draem.service.api.PossibleProblems;
import io.draem.service.api.ResponseExamples;
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
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.web.method.HandlerMethod;

/** Describes the problems that an endpoint can respond with, and gives an example of each. */
final class ProblemResponses {

    private static final String PROBLEM_JSON = "application/problem+json";

    /** Raised before an endpoint is reached, or by any endpoint. */
    private static final Set<ProblemType> OF_ALL_ENDPOINTS = EnumSet.of(
            ProblemType.INVALID_REQUEST,
            ProblemType.UNAUTHORIZED,
            ProblemType.NOT_ACCEPTABLE,
            ProblemType.INTERNAL_ERROR);

    private static final Set<ProblemType> OF_IMAGE_ENDPOINTS = EnumSet.of(
            ProblemType.UNKNOWN_MODEL,
            ProblemType.REQUEST_TIMEOUT,
            ProblemType.IMAGE_TOO_LARGE,
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            ProblemType.TOO_MANY_REQUESTS,
            ProblemType.OVERLOADED,
            ProblemType.NOT_READY,
            ProblemType.DEADLINE_EXCEEDED);

    private ProblemResponses() {}

    /** Returns the problems of an endpoint by their status. */
    static Map<Integer, List<ProblemType>> of(HandlerMethod endpoint) {
        Set<ProblemType> problems = EnumSet.copyOf(OF_ALL_ENDPOINTS);
        if (takesImages(endpoint)) {
            problems.addAll(OF_IMAGE_ENDPOINTS);
        }
        PossibleProblems own = endpoint.getMethodAnnotation(PossibleProblems.class);
        if (own != null) {
            problems.addAll(Arrays.asList(own.value()));
        }
        return problems.stream()
                .collect(Collectors.groupingBy(type -> type.status().value(), TreeMap::new, Collectors.toList()));
    }

    /** Returns whether an endpoint takes images: only such an endpoint has detection parameters. */
    static boolean takesImages(HandlerMethod endpoint) {
        return Arrays.stream(endpoint.getMethodParameters())
                .anyMatch(parameter -> parameter.getParameterType() == DetectionQuery.class);
    }

    /**
     * Returns the response with a status that several types of problem share.
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
                            .description("Seconds to wait before the next request")
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
        Problem problem = type.problem(detail(type, explorer), ResponseExamples.ID);
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
                "There is no query parameter 'treshold', 'threshold' may be meant: this path takes "
                        + String.join(", ", DetectionQuery.NAMES);
            case INVALID_IMAGE -> ResponseExamples.INVALID_IMAGE;
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
