package io.draem.service.observation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** Receives what the service sends to a collector of traces, and reads it as the OpenTelemetry protocol says. */
@Tag("slow")
@TestPropertySource(properties = "management.opentelemetry.tracing.export.schedule-delay=20ms")
@Timeout(60)
class TraceHttpTests extends HttpTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CLIENT = "b7ad6b7169203331";

    private static final BlockingQueue<Protobuf> requests = new LinkedBlockingQueue<>();
    private static HttpServer collector;

    @DynamicPropertySource
    static void collector(DynamicPropertyRegistry properties) throws Exception {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            requests.add(Protobuf.read(exchange.getRequestBody().readAllBytes()));
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        String endpoint = "http://localhost:" + collector.getAddress().getPort() + "/v1/traces";
        properties.add("management.opentelemetry.tracing.export.otlp.endpoint", () -> endpoint);
    }

    @AfterAll
    static void stop() {
        collector.stop(0);
    }

    @Test
    void aSampledRequestIsASpanOfItsCallersTraceWithOneForEachStage() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        // The first is not sampled, so it is not sent.
        http.post("/v1/detect", "image/jpeg", photograph, "traceparent", "00-" + "1".repeat(32) + "-" + CLIENT + "-00");
        http.post("/v1/detect", "image/jpeg", photograph, "traceparent", "00-" + TRACE + "-" + CLIENT + "-01");
        List<Protobuf> spans = new ArrayList<>();
        while (spans.size() < 7) {
            spans.addAll(spans(requests.take()));
        }
        assertThat(spans).hasSize(7).allSatisfy(span -> assertThat(span.hex(1)).isEqualTo(TRACE));
        Protobuf request = spans.stream()
                .filter(span -> span.hex(4).equals(CLIENT))
                .findFirst()
                .orElseThrow();
        assertThat(request.text(5)).contains("/v1/detect");
        assertThat(attributes(request))
                .contains("draem.model=" + TestModels.name(), "draem.anomalous=true", "status=200");
        List<Protobuf> stages = new ArrayList<>(spans);
        stages.remove(request);
        assertThat(stages)
                .extracting(span -> span.text(5))
                .containsExactlyInAnyOrder("decode", "preprocess", "queue", "inference", "postprocess", "other");
        assertThat(stages).allSatisfy(stage -> {
            assertThat(stage.hex(4)).isEqualTo(request.hex(2));
            assertThat(stage.number(7)).isGreaterThanOrEqualTo(request.number(7) - TimeUnit.MILLISECONDS.toNanos(1));
            assertThat(stage.number(8)).isBetween(stage.number(7), request.number(8));
        });
    }

    /** ExportTraceServiceRequest → ResourceSpans → ScopeSpans → Span. */
    private static List<Protobuf> spans(Protobuf request) {
        List<Protobuf> spans = new ArrayList<>();
        for (Protobuf resource : request.messages(1)) {
            assertThat(attributes(resource.messages(1).get(0), 1)).contains("service.name=draem");
            resource.messages(2).forEach(scope -> spans.addAll(scope.messages(2)));
        }
        return spans;
    }

    private static List<String> attributes(Protobuf span) {
        return attributes(span, 9);
    }

    private static List<String> attributes(Protobuf message, int field) {
        return message.messages(field).stream()
                .map(pair -> pair.text(1) + "=" + value(pair.messages(2).get(0)))
                .toList();
    }

    private static String value(Protobuf any) {
        return any.has(1) ? any.text(1) : any.has(2) ? Boolean.toString(any.number(2) != 0) : "a number";
    }
}
