package io.draem.service.api;

import io.draem.service.detection.DetectionProperties;
import jakarta.servlet.MultipartConfigElement;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

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
}
