package io.draem.service.web;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.queue.RequestContext;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.multipart.MultipartResolver;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Configures the web server: limits of bodies, order of filters, and problems instead of its own error pages. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration implements WebMvcConfigurer {

    /** Most bytes of the headers of a part: a file name may have 255 characters of 4 bytes, each written as {@code %XX}. */
    static final int PART_HEADERS = 8 << 10;

    /** For a form with a few parts too many, the endpoint itself reports the limit. */
    private static final int SPARE_PARTS = 8;

    @Bean
    MultipartResolver multipartResolver(DetectionProperties properties, MemoryLimits limits) {
        return new ImageForms(
                Map.of(
                        Endpoints.DETECT, imageForm(limits),
                        Endpoints.DETECT_BATCH, batchForm(limits)),
                new FormParts.Limits(
                        limits.maxBytes().toBytes(),
                        PART_HEADERS,
                        properties.batch().maxImages() + SPARE_PARTS));
    }

    private static long imageForm(MemoryLimits limits) {
        return limits.maxBytes().toBytes() + MemoryLimits.FORM_OVERHEAD;
    }

    private static long batchForm(MemoryLimits limits) {
        return limits.maxBatchBytes().toBytes();
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemReports(ServerProperties server) {
        return factory -> reportProblems(factory, Endpoints.explorer(server));
    }

    /**
     * Has a web server answer what it refuses itself with problems.
     *
     * @param explorer where problems say that the paths of the service are
     */
    static void reportProblems(TomcatServletWebServerFactory factory, String explorer) {
        factory.addContextCustomizers(context -> {
            context.addParameter(ProblemReportValve.EXPLORER, explorer);
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemReportValve.class.getName());
            }
        });
        // Tomcat would refuse TRACE with the methods of all paths together. As a method by a name that no path knows,
        // it
        // is refused with those of its path, and nothing is echoed.
        factory.addConnectorCustomizers(connector -> connector.setAllowTrace(true));
        factory.addEngineValves(new ValveBase(true) {
            @Override
            public void invoke(Request request, Response response) throws IOException, ServletException {
                if ("TRACE".equals(request.getMethod())) {
                    request.getCoyoteRequest().setMethod("trace");
                }
                if (response.getStatus() >= 400) {
                    // Refused already: Tomcat closes the connection then, and does not announce it for every status.
                    response.setHeader("Connection", "close");
                }
                getNext().invoke(request, response);
            }
        });
    }

    /** The first of the filters: what any other refuses has its id too. */
    @Bean
    FilterRegistrationBean<RequestId.Filter> requestIdFilter() {
        FilterRegistrationBean<RequestId.Filter> filter = new FilterRegistrationBean<>(new RequestId.Filter());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    /**
     * Inside of the observation of requests, outside of all that refuses.
     */
    @Bean
    FilterRegistrationBean<OutcomeFilter> outcomeFilter(DetectionListener listener) {
        FilterRegistrationBean<OutcomeFilter> filter = new FilterRegistrationBean<>(new OutcomeFilter(listener));
        filter.addUrlPatterns("/v1/detect/*", "/v2/models/*");
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new ContextResolver());
    }

    @Bean
    ConnectionDrain connectionDrain() {
        return new ConnectionDrain();
    }

    /** Outside of everything else: what the error pages say is sent before the rest of a body is looked at. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> receivedBodies(
            DetectionProperties properties,
            MemoryLimits limits,
            ConnectionDrain connections,
            Admission admission,
            FilterRegistrationBean<KeyFilter> keyFilter,
            DetectionListener listener,
            ServerProperties server,
            WebEndpointProperties operations) {
        BodyReceiver bodies = new BodyReceiver(
                admission,
                Objects.requireNonNull(keyFilter.getFilter()),
                properties.requestTimeout(),
                imageForm(limits),
                batchForm(limits),
                Endpoints.contextPath(server),
                operations.getBasePath());
        return factory -> {
            factory.setProtocol(WatchedProtocol.class.getName());
            factory.addConnectorCustomizers(connector -> {
                if (connector.getProtocolHandler() instanceof WatchedProtocol protocol) {
                    protocol.receiveBodies(bodies);
                }
                // A request that is refused before its body is read does not ask for it.
                connector.setProperty("continueResponseTiming", "onRead");
            });
            factory.addEngineValves(
                    new RequestContextValve(properties.requestTimeout(), connections), new RefusalValve(listener));
        };
    }

    @Bean
    FilterRegistrationBean<AdmissionFilter> admissionFilter(
            Admission admission, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        FilterRegistrationBean<AdmissionFilter> filter =
                new FilterRegistrationBean<>(new AdmissionFilter(admission, problems));
        filter.addUrlPatterns("/v1/detect/*", "/v2/models/*");
        return filter;
    }

    /** Before admission: what no endpoint is found by needs no slot to be refused. */
    @Bean
    FilterRegistrationBean<RequestTarget.Filter> requestTargetFilter() {
        FilterRegistrationBean<RequestTarget.Filter> filter = new FilterRegistrationBean<>(new RequestTarget.Filter());
        filter.setOrder(Ordered.LOWEST_PRECEDENCE - 1);
        return filter;
    }

    /** Gives controllers the {@link RequestContext} of their request. */
    private static final class ContextResolver implements HandlerMethodArgumentResolver {

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == RequestContext.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            return Objects.requireNonNull(
                    request.getAttribute(HttpRequestContext.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST),
                    "every request has a context");
        }
    }
}
