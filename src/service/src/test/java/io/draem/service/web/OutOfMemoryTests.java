package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Outcome;
import io.draem.service.models.ServedModel;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.multipart.MultipartException;

class OutOfMemoryTests {

    private static final OutOfMemoryError ERROR = new OutOfMemoryError("Java heap space");

    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/detect");
    private final ProblemHandler problems = new ProblemHandler(request);

    @Test
    void aFormOrAnAnswerThatDoesNotFitTheHeapIsNoFaultOfItsSender() throws Exception {
        requireOverloaded(problems.multipart(new MultipartException("Failed to parse", ERROR)));
        requireOverloaded(problems.anything(
                new ServletException("Handler dispatch failed", ERROR), new MockHttpServletResponse()));
    }

    @Test
    void isCountedAsMemory() throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        DetectionListener listener = new DetectionListener() {
            @Override
            public void ended(@Nullable ServedModel model, Outcome outcome, Duration took) {
                outcomes.add(outcome);
            }
        };
        request.setAttribute(HttpRequestContext.ATTRIBUTE, new HttpRequestContext(new Request(), "client", 1));
        new OutcomeFilter(listener).doFilter(request, new MockHttpServletResponse(), (req, response) -> {
            problems.multipart(new MultipartException("Failed to parse", ERROR));
            ((MockHttpServletResponse) response).setStatus(503);
        });
        assertThat(outcomes).containsExactly(Outcome.OUT_OF_MEMORY);
        assertThat(Outcome.OUT_OF_MEMORY.rejection()).isEqualTo("memory");
        assertThat(DetectionException.outOfMemory()).hasMessageContaining("-Xmx");
    }

    private static void requireOverloaded(@Nullable ResponseEntity<Problem> answer) {
        assertThat(answer).isNotNull();
        assertThat(answer.getStatusCode().value()).isEqualTo(503);
        assertThat(answer.getHeaders().getFirst("Retry-After")).isEqualTo("2");
        assertThat(answer.getBody().type()).hasToString("urn:draem:problem:overloaded");
        assertThat(answer.getBody().detail()).contains("memory", "-Xmx");
    }
}
