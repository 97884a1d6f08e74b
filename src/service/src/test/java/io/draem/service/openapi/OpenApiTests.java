package io.draem.service.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Run with {@code -Dopenapi.update=true} to rewrite the contract, and review the difference. */
class OpenApiTests extends HttpTest {

    @Test
    void theContractIsWhatTheServicePublishes() throws Exception {
        Path contract = TestModels.file("openapi.yaml");
        String published = Http.text(http.get("/v3/api-docs.yaml"));
        if (Boolean.getBoolean("openapi.update")) {
            Files.writeString(contract, published);
        }
        assertThat(contract).content().isEqualTo(published);
    }
}
