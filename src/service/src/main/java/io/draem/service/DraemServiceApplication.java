package io.draem.service;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** Starts the service. */
@SpringBootApplication
@EnableConfigurationProperties(ShutdownProperties.class)
public class DraemServiceApplication {

    private static final Logger log = LoggerFactory.getLogger(DraemServiceApplication.class);

    public static void main(String[] args) {
        // Libraries format with the default locale, which may have other digits than 0 to 9.
        Locale.setDefault(Locale.ENGLISH);
        SpringApplication application = new SpringApplication(DraemServiceApplication.class);
        // ONNX Runtime frees its native environment in a shutdown hook of the JVM, beside Spring's and in no order with
        // it: a run or a session that is still open then crashes the process. So nothing may be left to the hooks.
        application.setRegisterShutdownHook(false);
        application.addInitializers(context -> context.addBeanFactoryPostProcessor(
                new PropertyCheck(context.getEnvironment().getPropertySources())));
        TerminationSignals signals = TerminationSignals.handle();
        try {
            ConfigurableApplicationContext context = application.run(args);
            // From the start of the JVM; every model has run by now.
            log.info(
                    "Ready in {} s at {}",
                    ManagementFactory.getRuntimeMXBean().getUptime() / 100 / 10.0,
                    address(context.getEnvironment(), context.getBean(ServerProperties.class)));
            signals.started(context);
        } catch (RuntimeException | Error e) {
            signals.failed();
            throw e;
        }
    }

    /** Returns what to open on this machine. */
    static String address(Environment environment, ServerProperties server) {
        boolean encrypted = environment.getProperty("server.ssl.enabled", Boolean.class, true)
                && Stream.of("bundle", "certificate", "key-store")
                        .anyMatch(key -> environment.containsProperty("server.ssl." + key));
        return (encrypted ? "https" : "http") + "://localhost:" + environment.getProperty("local.server.port")
                + Objects.requireNonNullElse(server.getServlet().getContextPath(), "") + "/";
    }
}
