package io.draem.service.page;

import io.draem.text.Sha256;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * Serves the page that tries the service in a browser, and the one that reviews captured images. Their files hold nothing of
 * models or clients; all that they show comes from the public endpoints.
 */
@Hidden
@RestController
@ConditionalOnBooleanProperty(name = "draem.page.enabled", matchIfMissing = true)
class PageController {

    private static final String ROOT = "/";
    private static final String REVIEW = "/review";
    private static final String FOLDER = "page/";
    private static final List<String> NAMES = List.of(
            "style.css",
            "icon.svg",
            "main.js",
            "gallery.js",
            "intake.js",
            "marks.js",
            "picture.js",
            "region.js",
            "report.js",
            "review.js",
            "service.js",
            "threshold.js",
            "viewer.js");

    /** Nothing from elsewhere, nothing inside the markup, nothing framed; pictures are made from answers in memory. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
                    + " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'";

    private final File index;
    private final File review;
    private final Map<String, File> parts = new HashMap<>();

    PageController() throws IOException {
        index = File.read("index.html");
        review = File.read("review.html");
        for (String name : NAMES) {
            parts.put(name, File.read(name));
        }
    }

    /** Returns the paths of the page and all of its parts, without the context's. */
    static Set<String> paths() {
        Set<String> paths = NAMES.stream().map((ROOT + FOLDER)::concat).collect(Collectors.toSet());
        paths.add(ROOT);
        paths.add(REVIEW);
        return paths;
    }

    @GetMapping(ROOT)
    ResponseEntity<byte[]> index() {
        return index.answer();
    }

    @GetMapping(REVIEW)
    ResponseEntity<byte[]> review() {
        return review.answer();
    }

    @GetMapping(ROOT + FOLDER + "{name}")
    ResponseEntity<byte[]> part(@PathVariable String name, HttpServletRequest request) throws NoResourceFoundException {
        File part = parts.get(name);
        if (part == null) {
            throw new NoResourceFoundException(HttpMethod.GET, request.getRequestURI(), FOLDER + name);
        }
        return part.answer();
    }

    /**
     * A file of the page.
     *
     * @param type what it is
     * @param content its bytes
     * @param tag changes with the bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record File(MediaType type, byte[] content, String tag) {

        static File read(String name) throws IOException {
            byte[] content = new ClassPathResource(FOLDER + name).getContentAsByteArray();
            return new File(type(name.substring(name.indexOf('.') + 1)), content, '"' + Sha256.of(content) + '"');
        }

        private static MediaType type(String extension) {
            return switch (extension) {
                case "css" -> new MediaType("text", "css", StandardCharsets.UTF_8);
                case "js" -> new MediaType("text", "javascript", StandardCharsets.UTF_8);
                case "svg" -> new MediaType("image", "svg+xml");
                default -> new MediaType("text", "html", StandardCharsets.UTF_8);
            };
        }

        /** Cached by browsers and revalidated at each visit, so that all parts are of one release. */
        ResponseEntity<byte[]> answer() {
            return ResponseEntity.ok()
                    .contentType(type)
                    .cacheControl(CacheControl.noCache())
                    .eTag(tag)
                    .header("Content-Security-Policy", POLICY)
                    .header("X-Content-Type-Options", "nosniff")
                    .header("Referrer-Policy", "no-referrer")
                    .body(content);
        }
    }
}
