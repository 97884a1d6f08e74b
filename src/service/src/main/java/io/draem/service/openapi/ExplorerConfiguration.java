package io.draem.service.openapi;

import io.draem.service.web.Endpoints;
import io.draem.service.web.OpenPaths;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Serves Swagger UI to everybody, with headers that confine it to this service. */
@Configuration(proxyBeanMethods = false)
class ExplorerConfiguration implements WebMvcConfigurer {

    /** Swagger UI may show images and its own icons, and sends what is typed into it to this service alone. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
                    + " font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none';"
                    + " frame-ancestors 'none'";

    /** Where the files of Swagger UI are. */
    private static final String EXPLORER = "/swagger-ui/";

    private static final List<String> EXPLORER_FILES = List.of(
            "index.html",
            "index.css",
            "swagger-ui.css",
            "swagger-ui-bundle.js",
            "swagger-ui-standalone-preset.js",
            "swagger-initializer.js",
            "favicon-16x16.png",
            "favicon-32x32.png");

    /**
     * Returns the paths of the API document and of Swagger UI, without the context's. They are the same for every
     * service of this version and hold nothing of its models or its clients.
     */
    private static Set<String> paths() {
        Set<String> paths = EXPLORER_FILES.stream().map(EXPLORER::concat).collect(Collectors.toSet());
        paths.addAll(List.of(Endpoints.EXPLORER, "/v3/api-docs", "/v3/api-docs.yaml", "/v3/api-docs/swagger-config"));
        return paths;
    }

    @Bean
    OpenPaths documentPaths() {
        return ExplorerConfiguration::paths;
    }

    /** Sets the headers of Swagger UI, into which keys are typed. */
    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        HandlerInterceptor headers = new HandlerInterceptor() {
            @Override
            public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
                response.setHeader("Content-Security-Policy", POLICY);
                response.setHeader("X-Content-Type-Options", "nosniff");
                response.setHeader("Referrer-Policy", "no-referrer");
                return true;
            }
        };
        registry.addInterceptor(headers).addPathPatterns(EXPLORER + "**");
    }
}
