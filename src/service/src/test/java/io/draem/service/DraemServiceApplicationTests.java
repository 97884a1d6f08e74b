package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.mock.env.MockEnvironment;

class DraemServiceApplicationTests {

    @ParameterizedTest
    @CsvSource({"/line-3, /line-3/", "/line-3/, /line-3/", "/, /"})
    void logsOneSlashBehindTheContextPath(String contextPath, String path) {
        MockEnvironment environment = new MockEnvironment().withProperty("local.server.port", "8080");
        ServerProperties server = new ServerProperties();
        server.getServlet().setContextPath(contextPath);
        assertThat(DraemServiceApplication.address(environment, server)).isEqualTo("http://localhost:8080" + path);
    }
}
