package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.TestModels;
import io.draem.service.inference.QueueListener;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** A service with one place in its queue and little patience, whose worker a test can hold. */
@TestPropertySource(properties = {"draem.inference.queue-capacity=1", "draem.request-timeout=5s"})
@Timeout(60)
class OverloadHttpTests extends HttpTest {

    @TestConfiguration(proxyBeanMethods = false)
    static class Held {

        @Bean
        @Primary
        Worker worker() {
            return new Worker();
        }
    }

    /** Stops the worker before each run until it is let go. */
    static final class Worker implements QueueListener {

        private final Semaphore stopped = new Semaphore(0);
        private final Semaphore go = new Semaphore(0);

        @Override
        public void batchStarted(int size) {
            stopped.release();
            go.acquireUninterruptibly();
        }
    }

    @Autowired
    private Worker worker;

    @AfterEach
    void letGo() {
        worker.stopped.drainPermits();
        worker.go.drainPermits();
    }

    @Test
    void aFullQueueAnswersAtOnceAndSaysWhenToTryAgain() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> waiting = detectInBackground();
        while (queueDepth() < 1) {
            Thread.onSpinWait();
        }
        HttpResponse<byte[]> refused = detect();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Http.json(refused).get("type").asString()).isEqualTo("urn:draem:problem:overloaded");
        assertThat(refused.headers().firstValueAsLong("Retry-After"))
                .satisfies(seconds -> assertThat(seconds.getAsLong()).isPositive());
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @Test
    void aRequestThatOutlivesItsDeadlineIsToldSo() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        HttpResponse<byte[]> late = running.get();
        assertThat(late.statusCode()).isEqualTo(504);
        JsonNode problem = Http.json(late);
        assertThat(problem.get("type").asString()).isEqualTo("urn:draem:problem:deadline-exceeded");
        assertThat(problem.get("detail").asString()).contains("draem.request-timeout");
        worker.go.release(2);
        assertThat(detect().statusCode()).isEqualTo(200);
    }

    private HttpResponse<byte[]> detect() throws Exception {
        return http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()));
    }

    private CompletableFuture<HttpResponse<byte[]>> detectInBackground() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return detect();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private double queueDepth() throws Exception {
        return Http.text(http.get("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith("draem_queue_depth "))
                .mapToDouble(line -> Double.parseDouble(line.substring("draem_queue_depth ".length())))
                .sum();
    }
}
