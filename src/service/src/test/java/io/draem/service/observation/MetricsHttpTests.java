package io.draem.service.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MetricsHttpTests extends HttpTest {

    private static final String SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void exemplarsNameTheTraceOfASampledRequest() throws Exception {
        String trace = "trace_id=\"" + SAMPLED.split("-")[1] + "\"";
        String metrics = "";
        // Exemplars are taken at a bounded rate: one of these requests comes when the next may be.
        for (int request = 0; request < 100 && !isExemplified(metrics, trace); request++) {
            detect("traceparent", SAMPLED);
            metrics = Http.text(http.get("/actuator/prometheus", "Accept", "application/openmetrics-text"));
        }
        assertThat(isExemplified(metrics, trace)).as(metrics).isTrue();
        assertThat(metrics).endsWith("# EOF\n");
    }

    private static boolean isExemplified(String metrics, String trace) {
        String histogram = "draem_detect_seconds_bucket{model=\"" + TestModels.name();
        return metrics.lines()
                .anyMatch(line -> line.startsWith(histogram) && line.contains("# {") && line.contains(trace));
    }

    @Test
    void darkImagesDriftAwayFromTheTrainingImages() throws Exception {
        detect();
        double before = drift("brightness");
        byte[] dark = dark();
        for (int i = 0; i < 20; i++) {
            assertThat(http.post("/v1/detect", "image/png", dark).statusCode()).isEqualTo(200);
        }
        assertThat(drift("brightness")).isLessThan(before - 2);
    }

    @Test
    void whatADoorRefusesIsCountedOnceAsWhatTheServiceRefuses() throws Exception {
        byte[] image = Files.readAllBytes(TestModels.good());
        double door = refused("none", "invalid-request");
        double service =
                refused(TestModels.name(), "invalid-image") + refused(TestModels.name(), "unsupported-media-type");
        http.post("/v1/detect?color=red", "image/jpeg", image);
        http.post("/v1/detect", "image/jpeg", new byte[] {1, 2, 3});
        assertThat(refused("none", "invalid-request")).isEqualTo(door + 1);
        assertThat(refused(TestModels.name(), "invalid-image") + refused(TestModels.name(), "unsupported-media-type"))
                .isEqualTo(service + 1);
    }

    private double refused(String model, String outcome) throws Exception {
        String series = "draem_detect_seconds_count{model=\"" + model + "\",outcome=\"" + outcome + "\",";
        return http.metric(series);
    }

    private static byte[] dark() throws IOException {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private double drift(String measure) throws Exception {
        return Http.text(http.get("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith("draem_input_drift{") && line.contains("measure=\"" + measure + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private void detect(String... headers) throws Exception {
        assertThat(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()), headers)
                        .statusCode())
                .isEqualTo(200);
    }
}
