package io.draem.service.openapi;

import static org.springframework.http.MediaType.APPLICATION_JSON_VALUE;

import io.draem.service.api.ResponseExamples;
import io.draem.service.api.SchemaNames;
import io.draem.service.web.Endpoints;
import io.draem.service.web.Headers;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springdoc.core.customizers.OpenApiBuilderCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.customizers.ServerBaseUrlCustomizer;
import org.springdoc.core.properties.SpringDocConfigProperties;
import org.springdoc.core.providers.JavadocProvider;
import org.springdoc.core.service.OpenAPIService;
import org.springdoc.core.service.SecurityService;
import org.springdoc.core.utils.PropertyResolverUtils;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Describes the service in its contract, every problem included. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    private static final String API_KEY = "apiKey";
    private static final String BEARER = "bearer";

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .components(new Components()
                        .schemas(ContractSchemas.schemas())
                        .addSecuritySchemes(
                                API_KEY,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.APIKEY)
                                        .in(SecurityScheme.In.HEADER)
                                        .name(Headers.API_KEY)
                                        .description("A key of the service, where it requires one"))
                        .addSecuritySchemes(
                                BEARER,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("The same key in the header Authorization")))
                .tags(List.of(
                        new Tag().name(SchemaNames.DETECTION_TAG).description("Find anomalies in images"),
                        new Tag()
                                .name(SchemaNames.MODELS_TAG)
                                .description("See which models are in service, and choose their versions"),
                        new Tag()
                                .name(SchemaNames.REVIEW_TAG)
                                .description("See and label captured images, where the service captures them")))
                // None, or either: keys are required only where they are configured.
                .security(List.of(
                        new SecurityRequirement(),
                        new SecurityRequirement().addList(API_KEY),
                        new SecurityRequirement().addList(BEARER)))
                .info(new Info()
                        .title("DRÆM")
                        .description("Finds surface anomalies in images with DRÆM models. Every answer has the header"
                                + " X-Request-Id, the client's own or a generated one; errors are problem documents"
                                + " of RFC 9457 with a stable type.")
                        .version("1")
                        .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
    }

    /** Names the server at every request, since its path depends on the request; takes beans that only a document has. */
    @Bean
    @ConditionalOnProperty(name = "springdoc.api-docs.enabled", matchIfMissing = true)
    OpenAPIService openApiService(
            Optional<OpenAPI> openApi,
            SecurityService security,
            SpringDocConfigProperties properties,
            PropertyResolverUtils resolver,
            Optional<List<OpenApiBuilderCustomizer>> customizers,
            Optional<List<ServerBaseUrlCustomizer>> paths,
            Optional<JavadocProvider> javadoc) {
        return new OpenAPIService(openApi, security, properties, resolver, customizers, paths, javadoc) {
            @Override
            public void updateServers(String url, OpenAPI document) {
                document.setServers(
                        List.of(new Server().url(url).description("The service that publishes this document")));
            }
        };
    }

    /** Leaves the path of the server: the context path, or the prefix that a proxy adds. */
    @Bean
    ServerBaseUrlCustomizer serverPath() {
        return (url, request) -> {
            int path = url.indexOf('/', url.indexOf("//") + 2);
            return (path < 0 ? "" : url.substring(path)) + "/";
        };
    }

    @Bean
    OperationCustomizer problemResponses(ServerProperties server) {
        String explorer = Endpoints.explorer(server);
        return (operation, method) -> {
            ProblemResponses.of(method)
                    .forEach((status, types) -> operation
                            .getResponses()
                            .addApiResponse(
                                    Integer.toString(status), ProblemResponses.response(status, types, explorer)));
            return operation;
        };
    }

    @Bean
    OperationCustomizer queryParameters() {
        return (operation, method) -> {
            if (ProblemResponses.takesImages(method)) {
                QueryDocumentation.parameters().forEach(operation::addParametersItem);
                success(operation)
                        .addHeaderObject(
                                Headers.SERVER_TIMING,
                                new Header()
                                        .description("Where the time went, in milliseconds")
                                        .schema(new StringSchema())
                                        .example(ResponseExamples.serverTiming(operation.getOperationId())));
            }
            return operation;
        };
    }

    /** Every endpoint that runs a model accepts the client's deadline and routing key. */
    @Bean
    OperationCustomizer requestHeaders() {
        return (operation, method) -> {
            if (ProblemResponses.takesImages(method)) {
                operation.addParametersItem(QueryDocumentation.example(
                        new HeaderParameter()
                                .name(Headers.REQUEST_TIMEOUT)
                                .description(
                                        "Seconds after which the client no longer needs the response, which is 504 then; more"
                                                + " than the service's own limit changes nothing")
                                .schema(new NumberSchema()
                                        .format("double")
                                        .exclusiveMinimumValue(BigDecimal.ZERO)
                                        .maximum(BigDecimal.valueOf(1_000_000))),
                        2.5));
                operation.addParametersItem(QueryDocumentation.example(
                        new HeaderParameter()
                                .name(Headers.ROUTING_KEY)
                                .description(
                                        "Key of the requests that the same version should answer, while a candidate"
                                                + " answers a share of those that name no version. Without it each request is"
                                                + " assigned at random")
                                .schema(new StringSchema()),
                        "line-3"));
            }
            return operation;
        };
    }

    /** Applied last, when all responses are defined. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    OperationCustomizer requestIds() {
        return (operation, method) -> {
            operation.addParametersItem(new HeaderParameter()
                    .name(Headers.REQUEST_ID)
                    .description(
                            "Identifier of the request in its response and in the service's log; one that is longer than 128"
                                    + " characters, or has others than letters, digits and ._:+=/@-, is replaced")
                    .schema(new StringSchema()));
            operation
                    .getResponses()
                    .values()
                    .forEach(response -> response.addHeaderObject(
                            Headers.REQUEST_ID,
                            new Header()
                                    .description("Identifier of the request")
                                    .schema(new StringSchema())));
            return operation;
        };
    }

    @Bean
    OperationCustomizer answerExamples() {
        return (operation, method) -> {
            Map<String, Object> example = ResponseExamples.of(operation.getOperationId());
            if (example != null) {
                Content content = Objects.requireNonNull(success(operation).getContent());
                Objects.requireNonNull(content.get(APPLICATION_JSON_VALUE)).setExample(example);
            }
            return operation;
        };
    }

    private static ApiResponse success(Operation operation) {
        return Objects.requireNonNull(operation.getResponses().get("200"), "every operation can succeed");
    }
}
