package io.draem.service;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** Starts the service. */
@SpringBootApplication
@EnableConfigurationProperties(ShutdownProperties.class)
public class DraemServiceApplication {

    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(DraemServiceApplication.class);
        // ONNX Runtime frees its native environment in a shutdown hook of the JVM, beside Spring's and in no order with
        // it: a run or a session that is still open then crashes the process. So nothing may be left to the hooks.
        application.setRegisterShutdownHook(false);
        TerminationSignals signals = TerminationSignals.handle();
        try {
            signals.started(application.run(args));
        } catch (RuntimeException | Error e) {
            signals.failed();
            throw e;
        }
    }
}
