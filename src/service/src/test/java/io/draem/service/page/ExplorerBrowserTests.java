package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Swagger UI in a real browser, which is looked for on the PATH. Pictures of it are left in {@code target/page}. */
@EnabledIfSystemProperty(named = "draem.test.browser", matches = "wanted", disabledReason = "Needs Chromium: -Pbrowser")
@Timeout(180)
class ExplorerBrowserTests {

    private static final Path PICTURES = Path.of("target/page");
    private static final String DETECT = "#operations-detection-detect";

    @TempDir
    private static Path folder;

    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.startOrSkip(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Nested
    @SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "draem.inference.provider=cpu")
    class WithoutKeys {

        @LocalServerPort
        private int port;

        @DynamicPropertySource
        static void models(DynamicPropertyRegistry properties) {
            properties.add(
                    "draem.models.directory", () -> TestModels.directory().toString());
        }

        @Test
        void sendsAnImageAndNothingThatNobodyHasTyped() throws Exception {
            Explorer explorer = new Explorer("http://localhost:" + port);
            explorer.tryOut(DETECT);
            assertThat(explorer.filled(DETECT)).isEmpty();
            explorer.choose(DETECT, TestModels.broken());
            assertThat(explorer.execute(DETECT)).isEqualTo("200");
            assertThat(explorer.answer(DETECT)).contains("\"anomalous\": true");
            explorer.tab.screenshot(PICTURES.resolve("explorer.png"));
            assertThat(explorer.tab.requests())
                    .filteredOn(to -> to.contains("/v1/"))
                    .containsExactly("http://localhost:" + port + "/v1/detect");
            assertThat(explorer.tab.complaints()).isEmpty();
        }

        @Test
        void showsThePictureThatIsAskedFor() throws Exception {
            Explorer explorer = new Explorer("http://localhost:" + port);
            explorer.tryOut(DETECT);
            explorer.choose(DETECT, TestModels.broken());
            explorer.select(DETECT + " .response-controls select", "image/png");
            assertThat(explorer.execute(DETECT)).isEqualTo("200");
            explorer.tab.await("document.querySelector('" + DETECT + " .live-responses-table img').naturalWidth > 0");
            assertThat(explorer.tab.complaints()).isEmpty();
        }

        @Test
        void documentsAnExampleOfEachParameter() throws Exception {
            Explorer explorer = new Explorer("http://localhost:" + port);
            explorer.open(DETECT);
            assertThat(explorer.tab.text(DETECT + " .parameters-container"))
                    .contains(
                            "Example: cookie",
                            "Example: 1",
                            "Example: 0.6",
                            "Example: 0.4",
                            "Example: 16",
                            "Example: regions,mask",
                            "Example: 2.5");
        }
    }

    @Nested
    @SpringBootTest(
            webEnvironment = WebEnvironment.RANDOM_PORT,
            properties = {"draem.inference.provider=cpu", "server.servlet.context-path=/line-3"})
    class WithKeys {

        @LocalServerPort
        private int port;

        @DynamicPropertySource
        static void keys(DynamicPropertyRegistry properties) throws Exception {
            Path keys = Files.writeString(folder.resolve("keys"), Http.keyLine("good", "good-key"));
            properties.add("draem.security.api-keys.file", keys::toString);
            properties.add(
                    "draem.models.directory", () -> TestModels.directory().toString());
        }

        @Test
        void opensWithoutAKeyAndSendsTheOneThatIsTypedWithEveryRequest() throws Exception {
            Explorer explorer = new Explorer("http://localhost:" + port + "/line-3");
            explorer.tryOut(DETECT);
            explorer.choose(DETECT, TestModels.broken());
            assertThat(explorer.execute(DETECT)).isEqualTo("401");
            explorer.authorize("good-key");
            assertThat(explorer.execute(DETECT)).isEqualTo("200");
            assertThat(explorer.answer(DETECT)).contains("\"anomalous\": true");
            String list = "#operations-models-listModels";
            explorer.tryOut(list);
            assertThat(explorer.execute(list)).isEqualTo("200");
            explorer.tab.screenshot(PICTURES.resolve("explorer-key.png"));
            assertThat(explorer.tab.requests()).noneMatch(address -> address.contains("good-key"));
            assertThat(explorer.tab
                            .evaluate("localStorage.length + sessionStorage.length + document.cookie.length")
                            .asInt())
                    .isZero();
        }

        @Test
        void takesNoOtherDocumentFromItsAddress() throws Exception {
            String elsewhere = "http://127.0.0.1:" + port + "/line-3/v3/api-docs";
            BrowserTab tab = browser.tab();
            for (String name : new String[] {"url", "configUrl", "urls"}) {
                tab.open("http://localhost:" + port + "/line-3/swagger-ui/index.html?" + name + "=" + elsewhere);
                tab.await("document.querySelector('" + DETECT + "') !== null");
            }
            assertThat(tab.requests()).noneMatch(address -> address.startsWith("http://127.0.0.1"));
        }
    }

    /** Swagger UI, used as a person would. */
    private static final class Explorer {

        final BrowserTab tab;

        Explorer(String base) throws Exception {
            tab = browser.tab();
            tab.open(base + "/swagger-ui.html");
            tab.await("document.querySelector('" + DETECT + "') !== null");
        }

        void open(String operation) throws Exception {
            click(operation + " .opblock-summary-control");
            tab.await("document.querySelector('" + operation + " .try-out__btn') !== null");
        }

        void tryOut(String operation) throws Exception {
            open(operation);
            click(operation + " .try-out__btn");
            tab.await("document.querySelector('" + operation + " .execute') !== null");
        }

        /** Returns the contents of the fields. */
        String filled(String operation) throws Exception {
            return tab.evaluate(
                            "[...document.querySelectorAll('" + operation
                                    + " .parameters-container :is(input, textarea, select)')].map((field) => field.multiple"
                                    + " ? [...field.selectedOptions].map((option) => option.value).join() : field.value).join('')")
                    .asString();
        }

        void choose(String operation, Path file) throws Exception {
            tab.await("document.querySelector('" + operation + " input[type=file]') !== null");
            tab.choose(operation + " input[type=file]", file);
        }

        void select(String selector, String value) throws Exception {
            tab.evaluate("""
                (() => {
                  const select = document.querySelector("%s");
                  select.value = "%s";
                  select.dispatchEvent(new Event("change", { bubbles: true }));
                })()""".formatted(selector, value));
        }

        /** Sends the request and returns the status of the answer. */
        String execute(String operation) throws Exception {
            String status = operation + " .live-responses-table .response-col_status";
            int before = answers();
            click(operation + " .execute");
            Await.until("a response", Duration.ofSeconds(30), () -> answers() > before);
            tab.await("document.querySelector('" + status + "') !== null && document.querySelector('" + operation
                    + " .loading-container') === null");
            return tab.evaluate("[...document.querySelectorAll('" + status + "')].pop().innerText.trim().slice(0, 3)")
                    .asString();
        }

        private int answers() {
            return (int)
                    tab.requests().stream().filter(to -> to.contains("/v1/")).count();
        }

        String answer(String operation) throws Exception {
            return tab.text(operation + " .live-responses-table tbody .response-col_description");
        }

        void authorize(String key) throws Exception {
            click(".btn.authorize");
            tab.await("document.querySelector('.auth-container input') !== null");
            tab.evaluate("document.querySelector('.auth-container input').focus()");
            tab.type(key);
            click(".auth-container .auth-btn-wrapper .authorize");
            click(".auth-container .btn-done, .dialog-ux .close-modal");
        }

        private void click(String selector) throws Exception {
            tab.await("document.querySelector('" + selector + "') !== null");
            tab.evaluate("document.querySelector('" + selector + "').click()");
        }
    }
}
