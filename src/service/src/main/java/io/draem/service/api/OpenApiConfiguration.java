package io.draem.service.api;

import io.draem.service.detection.Caller;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.servers.Server;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Describes the service in its contract, every problem included. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    private static final String PROBLEM_JSON = "application/problem+json";

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .components(new Components()
                        .schemas(ModelConverters.getInstance(true).read(Problem.class)))
                .servers(List.of(new Server().url("/")))
                .info(new Info()
                        .title("DRÆM")
                        .description("Finds surface anomalies in images with DRÆM models.")
                        .version("1")
                        .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
    }

    @Bean
    OperationCustomizer problemResponses() {
        return (operation, method) -> {
            Problems problems = method.getMethodAnnotation(Problems.class);
            if (problems != null) {
                Map<Integer, List<ProblemType>> byStatus = Arrays.stream(problems.value())
                        .collect(Collectors.groupingBy(
                                type -> type.status().value(), TreeMap::new, Collectors.toList()));
                byStatus.forEach((status, types) -> add(operation, status, types));
            }
            return operation;
        };
    }

    /** Every door that works for a caller takes the caller's own deadline. */
    @Bean
    OperationCustomizer requestTimeout() {
        return (operation, method) -> {
            if (Arrays.stream(method.getMethodParameters())
                    .anyMatch(parameter -> parameter.getParameterType() == Caller.class)) {
                operation.addParametersItem(new HeaderParameter()
                        .name(AdmissionFilter.TIMEOUT_HEADER)
                        .description("Seconds after which the caller has no use for the answer, 504 then; more than the"
                                + " service's own limit changes nothing")
                        .schema(new NumberSchema().exclusiveMinimumValue(BigDecimal.ZERO))
                        .example(2.5));
            }
            return operation;
        };
    }

    private static void add(Operation operation, int status, List<ProblemType> types) {
        MediaType media = new MediaType().schema(new Schema<>().$ref("#/components/schemas/Problem"));
        types.forEach(type -> media.addExamples(type.id(), new Example().value(example(type))));
        ApiResponse response = new ApiResponse()
                .description(types.stream().map(ProblemType::id).collect(Collectors.joining(" or ")))
                .content(new Content().addMediaType(PROBLEM_JSON, media));
        if (status == 503) {
            response.addHeaderObject(
                    "Retry-After",
                    new Header()
                            .description("Seconds after which it is worth to try again")
                            .schema(new IntegerSchema()));
        }
        operation.getResponses().addApiResponse(Integer.toString(status), response);
    }

    private static Map<String, Object> example(ProblemType type) {
        String detail = switch (type) {
            case INVALID_REQUEST -> "The parameter threshold must be a number";
            case INVALID_IMAGE -> "The JPEG image ends too early: send the whole file";
            case UNKNOWN_MODEL -> "There is no model of that name; served are cookie";
            case UNSUPPORTED_MEDIA_TYPE ->
                "The Content-Type of the request is not taken: send multipart/form-data, image/* or"
                        + " application/octet-stream";
            case OVERLOADED -> "Too many requests wait already: try again later, or start more replicas";
            default -> ErrorDoor.detail(type);
        };
        Problem problem = type.problem(detail);
        Map<String, Object> example = new LinkedHashMap<>();
        example.put("type", problem.type().toString());
        example.put("title", problem.title());
        example.put("status", problem.status());
        example.put("detail", problem.detail());
        return example;
    }
}
