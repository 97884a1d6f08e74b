package io.draem.service.web;

import io.draem.service.models.ModelProperties;
import io.draem.service.security.Gatekeeper;
import io.draem.service.security.SecurityProperties;
import io.draem.service.startup.StartUpException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Puts the check of keys before everything that works for a request. */
@Configuration(proxyBeanMethods = false)
class KeyConfiguration {

    /** After the filters that only name and watch a request. */
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

    private static final List<String> HEALTH = List.of("/health", "/health/liveness", "/health/readiness");
    private static final List<String> PROTOCOL_HEALTH = List.of("/v2/health/live", "/v2/health/ready");

    @Bean
    FilterRegistrationBean<KeyFilter> keyFilter(
            Gatekeeper gatekeeper,
            SecurityProperties properties,
            ModelProperties models,
            List<OpenPaths> openPaths,
            ServerProperties server,
            WebEndpointProperties endpoints) {
        if (models.control() == ModelProperties.Control.EXPLICIT && !gatekeeper.hasAdmin()) {
            throw new StartUpException(
                    "draem.models.control=explicit lets requests load and unload models, and no key has the right to",
                    "Add a line name:sha256:" + Gatekeeper.ADMIN
                            + " to the file of keys that draem.security.api-keys.file names, or leave"
                            + " draem.models.control out");
        }
        String contextPath = Endpoints.contextPath(server);
        String operations = endpoints.getBasePath();
        Set<String> open = health(contextPath + operations);
        PROTOCOL_HEALTH.forEach(path -> open.add(contextPath + path));
        openPaths.forEach(part -> part.paths().forEach(path -> open.add(contextPath + path)));
        open.addAll(properties.apiKeys().openPaths());
        return registration(gatekeeper, (method, path) -> takesWork(method, path, contextPath, operations), open);
    }

    /**
     * All detection and inference is POST; what else is, such as a changed log level, is below the endpoints' path, unless
     * that is the root, which is above everything, or below that of the model repository.
     */
    private static boolean takesWork(String method, String path, String contextPath, String operations) {
        boolean operation = !operations.isEmpty() && path.startsWith(contextPath + operations + "/")
                || path.startsWith(contextPath + Endpoints.REPOSITORY);
        return "POST".equals(method) && !(operation && RequestTarget.isPlain(path));
    }

    static FilterRegistrationBean<KeyFilter> registration(
            Gatekeeper gatekeeper, BiPredicate<String, String> limited, Set<String> open) {
        FilterRegistrationBean<KeyFilter> filter =
                new FilterRegistrationBean<>(new KeyFilter(gatekeeper, limited, open));
        filter.setOrder(ORDER);
        return filter;
    }

    /** Returns the paths of liveness and readiness, which report nothing else. */
    static Set<String> health(String endpoints) {
        return HEALTH.stream().map(endpoints::concat).collect(Collectors.toCollection(HashSet::new));
    }
}
