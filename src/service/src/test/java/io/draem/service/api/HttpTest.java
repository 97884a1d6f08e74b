package io.draem.service.api;

import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A test against the running service with the project's own model; all of them share one start of it. */
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        // Traces are of those requests alone that ask for one, so that a test knows which.
        properties = {"draem.inference.provider=cpu", "management.tracing.sampling.probability=0"})
public abstract class HttpTest {

    /** Talks to the service. */
    protected Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) {
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }
}
