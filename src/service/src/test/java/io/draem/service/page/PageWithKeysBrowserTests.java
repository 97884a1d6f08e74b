package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The page of a service that requires keys and has a path of its own. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "server.servlet.context-path=/line-3"})
@EnabledIfSystemProperty(named = "draem.test.browser", matches = "wanted", disabledReason = "Needs Chromium: -Pbrowser")
@Timeout(180)
class PageWithKeysBrowserTests {

    @TempDir
    private static Path folder;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void keys(DynamicPropertyRegistry properties) throws Exception {
        Path keys = Files.writeString(folder.resolve("keys"), Http.keyLine("good", "good-key"));
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
    }

    @Test
    void asksForAKeyAndWorksWithAGoodOne() throws Exception {
        try (Browser browser = Browser.startOrSkip(folder)) {
            BrowserTab tab = browser.tab();
            tab.open("http://localhost:" + port + "/line-3/");
            tab.await("!document.querySelector('#access').hidden");
            tab.screenshot(Path.of("target/page/key.png"));
            tab.tabTo("key");
            tab.type("bad-key");
            tab.press("Enter");
            tab.await("document.querySelector('#access label').textContent.includes('does not know that key')");
            tab.type("good-key");
            tab.press("Enter");
            tab.await("!document.querySelector('#model').disabled");
            assertThat(tab.isShown("#access")).isFalse();
            tab.choose("#file", TestModels.broken());
            tab.awaitVerdict("anomalous");
            assertThat(tab.requests()).noneMatch(address -> address.contains("good-key"));
            assertThat(tab.evaluate("localStorage.length + sessionStorage.length + document.cookie.length")
                            .asInt())
                    .isZero();
        }
    }
}
