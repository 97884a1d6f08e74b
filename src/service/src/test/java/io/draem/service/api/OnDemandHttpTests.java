package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** The same graphs, of which the two largest do not fit into memory together, beside one that is kept open. */
@Tag("slow")
@TestPropertySource(
        properties = {
            "draem.models.loading=on-demand",
            "draem.models.memory-budget=3MB",
            "draem.models.keep-open=part-area",
            "draem.inference.runs=1"
        })
class OnDemandHttpTests extends OtherGraphsHttpTests {

    @AfterEach
    void noMoreModelsAreOpenThanTheBudgetAllows() throws Exception {
        JsonNode models = Http.json(http.get("/v1/models")).get("models");
        assertThat(StreamSupport.stream(models.spliterator(), false)
                        .filter(model -> model.get("open").asBoolean())
                        .map(model -> model.get("name").asString()))
                .contains("part-area")
                .hasSizeLessThan(4);
    }

    @Test
    void metricsCountOpeningsAndEvictions() throws Exception {
        for (int turn = 0; turn < 2; turn++) {
            for (String model : new String[] {"part", "part-fp16", "long"}) {
                assertThat(detect(0, "?model=" + model).get("model").get("name").asString())
                        .isEqualTo(model);
            }
        }
        for (String model : new String[] {"part", "part-fp16", "long"}) {
            assertThat(http.metric("draem_model_open_seconds_count{model=\"" + model + "\""))
                    .isPositive();
        }
        assertThat(http.metric("draem_model_evictions_total{")).isPositive();
        assertThat(http.metric("draem_model_memory_bytes{model=\"part-area\"")).isPositive();
    }
}
