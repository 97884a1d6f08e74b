package io.draem.service.api;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionProperties;
import jakarta.servlet.MultipartConfigElement;
import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Sets up the web server: limits of bodies, and problems in place of its own error pages. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

    /** What a multipart body may hold beside the image: boundaries, headers, small fields. */
    private static final int MULTIPART_OVERHEAD = 64 << 10;

    @Bean
    MultipartConfigElement multipartConfig(DetectionProperties properties) {
        long image = properties.image().maxBytes().toBytes();
        // Parts stay in memory: nothing of an image touches the disk, and the root may be read-only.
        return new MultipartConfigElement("", image, image + MULTIPART_OVERHEAD, Math.toIntExact(image));
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemReports() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemReportValve.class.getName());
            }
        });
    }

    /** Outside of everything else: what the error pages say is sent before the rest of a body is looked at. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> arrivals(
            DetectionProperties properties, @Value("${server.tomcat.threads.max}") int threads) {
        return factory ->
                factory.addEngineValves(new ArrivalValve(properties.requestTimeout(), Math.max(1, threads / 16)));
    }

    @Bean
    FilterRegistrationBean<AdmissionFilter> admissionFilter(
            Admission admission, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        FilterRegistrationBean<AdmissionFilter> filter =
                new FilterRegistrationBean<>(new AdmissionFilter(admission, problems));
        filter.addUrlPatterns("/v1/detect/*", "/v2/models/*");
        return filter;
    }

    @Bean
    WebMvcConfigurer callers() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new CallerResolver());
            }
        };
    }
}
