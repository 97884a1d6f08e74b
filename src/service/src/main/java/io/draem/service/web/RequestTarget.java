package io.draem.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UriUtils;

/**
 * What a request asks for, read from its URI once, so that all that decides on the request reads it in the same way.
 *
 * @param path as endpoints are found by it: decoded, without the parameters of its segments and without the context's path;
 *     empty where no endpoint is found by it: outside of the context, refused by the web server, or with an empty
 *     segment, {@code .} or {@code ..}, which the web server resolves and the endpoints do not
 * @param isProtocol whether the path is below that of the Open Inference Protocol, also where it is found by nothing
 * @param model name of the model; null for the default
 */
record RequestTarget(
        String path, boolean isProtocol, @Nullable String model) {

    private static final String ATTRIBUTE = RequestTarget.class.getName();
    private static final String PROTOCOL = "/v2";
    private static final String MODEL = "model";

    private static final Pattern PARAMETERS = Pattern.compile(";[^/]*");
    private static final Pattern REFUSED = Pattern.compile("%(2f|5c|00)", Pattern.CASE_INSENSITIVE);
    private static final Pattern RESOLVED = Pattern.compile("//|/\\.{1,2}(/|$)");

    /**
     * Reads the target of a request, which {@link #of(HttpServletRequest, String)} returns from then on.
     *
     * @param contextPath without a slash at its end
     */
    static RequestTarget read(Request request, String contextPath) {
        RequestTarget target =
                of(request.requestURI().toString(), request.queryString().toString(), contextPath);
        request.setAttribute(ATTRIBUTE, target);
        return target;
    }

    /**
     * Returns the target of a request, whatever a proxy says of its prefix and wherever it is forwarded to.
     *
     * @param contextPath without a slash at its end
     */
    static RequestTarget of(HttpServletRequest request, String contextPath) {
        return request.getAttribute(ATTRIBUTE) instanceof RequestTarget known
                ? known
                : of(request.getRequestURI(), request.getQueryString(), contextPath);
    }

    /** Returns the target of a URI and a query as they are sent. */
    static RequestTarget of(@Nullable String uri, @Nullable String query, String contextPath) {
        String sent = Objects.requireNonNullElse(uri, "");
        String decoded = isPlain(sent) ? sent : decodedPath(sent);
        String within = within(Objects.requireNonNullElse(decoded, sent), contextPath);
        boolean found = decoded != null
                && !REFUSED.matcher(sent).find()
                && !RESOLVED.matcher(decoded).find();
        String path = found ? within : "";
        return new RequestTarget(
                path, within.equals(PROTOCOL) || within.startsWith(PROTOCOL + "/"), model(path, query));
    }

    private static String within(String path, String contextPath) {
        return path.startsWith(contextPath + "/") ? path.substring(contextPath.length()) : "";
    }

    private static @Nullable String decodedPath(String uri) {
        try {
            return UriUtils.decode(PARAMETERS.matcher(uri).replaceAll(""), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns the model that the address names; the parameters proper are read with the body, which has to wait. */
    private static @Nullable String model(String path, @Nullable String query) {
        if (path.startsWith(Endpoints.PROTOCOL_MODELS)) {
            return path.substring(Endpoints.PROTOCOL_MODELS.length()).split("/", 2)[0];
        }
        return query == null
                ? null
                : Arrays.stream(query.split("&"))
                        .map(parameter -> parameter.split("=", 2))
                        .filter(parameter -> decodedParameter(parameter[0]).equals(MODEL))
                        .map(parameter -> parameter.length < 2 ? "" : decodedParameter(parameter[1]))
                        .findFirst()
                        .orElse(null);
    }

    private static String decodedParameter(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // refused where the parameters are read
        }
    }

    /** Returns whether a path means what it looks like: nothing in it is decoded or left out before it is used. */
    static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean starts = i == 0 || path.charAt(i - 1) == '/';
            if (i == 0 ? c != '/' : starts && (c == '/' || c == '.') || !isPlain(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "/-._~".indexOf(c) >= 0;
    }

    /** Answers 404 to paths that the web server resolves and the endpoints do not, before an endpoint takes a part of one. */
    static final class Filter extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            if (of(request, request.getServletContext().getContextPath()).path().isEmpty()) {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
            } else {
                chain.doFilter(request, response);
            }
        }
    }
}
