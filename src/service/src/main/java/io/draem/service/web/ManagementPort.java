package io.draem.service.web;

import io.draem.service.security.Gatekeeper;
import io.draem.service.security.SecurityProperties;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

/**
 * Guards {@code management.server.port} like the main one. It is a web server of its own, which knows no filter of the
 * other's; no annotation makes it part of the main one.
 */
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
class ManagementPort {

    @Bean
    FilterRegistrationBean<KeyFilter> managementKeyFilter(
            Gatekeeper gatekeeper,
            SecurityProperties properties,
            ManagementServerProperties server,
            WebEndpointProperties endpoints) {
        Set<String> open = KeyConfiguration.health(server.getBasePath() + endpoints.getBasePath());
        open.addAll(properties.apiKeys().openPaths());
        return KeyConfiguration.registration(gatekeeper, (method, path) -> false, open);
    }

    @Bean
    FilterRegistrationBean<RequestTarget.Filter> managementRequestTargetFilter() {
        return new FilterRegistrationBean<>(new RequestTarget.Filter());
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> managementProblemReports(ServerProperties server) {
        return factory -> {
            factory.setErrorPages(Set.of()); // Boot's own, which knows no problems
            WebConfiguration.reportProblems(factory, Endpoints.explorer(server) + " on the main port");
        };
    }

    /** Hides Boot's error page, which no error is forwarded to: a request for its path would get the status 200. */
    @Bean
    FilterRegistrationBean<Filter> managementErrorPage(@Value("${server.error.path:/error}") String path) {
        FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>(
                (request, response, chain) -> ((HttpServletResponse) response).sendError(404));
        filter.addUrlPatterns(path);
        return filter;
    }
}
