package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

class PageHttpTests extends HttpTest {

    private static final Pattern LINK = Pattern.compile("(?:href|src|from) ?=? ?\"([^\"#]+)\"");

    static Set<String> paths() {
        return PageController.paths();
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyPartLetsInNothingFromElsewhere(String path) throws Exception {
        HttpResponse<byte[]> answer = http.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy ->
                        assertThat(policy).startsWith("default-src 'none'").doesNotContain("unsafe", "http", "*"));
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(Http.text(answer).replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http:", "https:", "//cdn");
    }

    @Test
    void thePageLinksRelativelyAndOnlyToWhatIsThere() throws Exception {
        String page = Http.text(http.get("/"));
        Set<String> links =
                LINK.matcher(page).results().map(link -> link.group(1)).collect(Collectors.toSet());
        assertThat(links).contains("page/main.js", "page/style.css").noneMatch(link -> link.startsWith("/"));
        for (String link : links) {
            assertThat(http.get("/" + link).statusCode()).as(link).isIn(200, 302);
        }
    }

    @Test
    void aBrowserKeepsAPartUntilItChanges() throws Exception {
        HttpResponse<byte[]> first = http.get("/page/main.js");
        assertThat(first.headers().firstValue("Content-Type")).hasValue("text/javascript;charset=UTF-8");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> again = http.get("/page/main.js", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("elsewhere")
    void otherNamesAreNotFound(String path) throws Exception {
        HttpResponse<byte[]> answer = http.get(path);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Http.json(answer).get("type").asString()).isEqualTo("urn:draem:problem:not-found");
    }

    static String[] elsewhere() {
        return new String[] {"/page/", "/page/index.html", "/page/application.yaml", "/index.html"};
    }

    @Test
    void canBeSwitchedOff() {
        WebApplicationContextRunner context =
                new WebApplicationContextRunner().withUserConfiguration(PageController.class);
        context.run(on -> assertThat(on).hasSingleBean(PageController.class));
        context.withPropertyValues("draem.page.enabled=false")
                .run(off -> assertThat(off).doesNotHaveBean(PageController.class));
    }
}
