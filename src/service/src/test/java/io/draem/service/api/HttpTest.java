package io.draem.service.api;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.image.ImageTensor;
import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Returns the score that {@code /v1/detect} has for an image. */
    protected double detect(Path image) throws Exception {
        return Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(image)))
                .get("score")
                .asDouble();
    }

    /** Returns an image as a tensor {@code [3, height, width]} from 0 to 1. */
    protected static float[] tensor(Path image, int width, int height) throws Exception {
        return ImageTensor.of(
                new ImageDecoder(new ImageLimits(32 << 20, 64_000_000))
                        .decode(Files.readAllBytes(image))
                        .image(),
                width,
                height);
    }
}
