package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.text.EditDistance;
import io.draem.text.SafeText;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** The parameters of a query, taken at their word: what is not known or has no value is refused, not ignored. */
final class QueryParameters {

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private QueryParameters() {}

    /**
     * Reads the part of an address behind the question mark.
     *
     * @param known names that the path takes
     * @throws DetectionException if it is broken, or names another parameter; the message names the nearest
     */
    static QueryParameters parse(@Nullable String query, Collection<String> known) throws DetectionException {
        QueryParameters parameters = new QueryParameters();
        if (query != null) {
            for (String pair : query.split("&")) {
                if (!pair.isEmpty()) {
                    parameters.add(pair, known);
                }
            }
        }
        return parameters;
    }

    /** Returns a value that may be given once; null where it is not given. */
    @Nullable
    String single(String name) throws DetectionException {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw rejected("The parameter " + name + " is given " + all.size() + " times: give it once");
        }
        return all.isEmpty() ? null : all.get(0);
    }

    /** Returns all values, in order. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    private void add(String pair, Collection<String> known) throws DetectionException {
        int sign = pair.indexOf('=');
        String name = decode(sign < 0 ? pair : pair.substring(0, sign));
        if (!known.contains(name)) {
            throw rejected(unknown(name, known));
        }
        String value = sign < 0 ? "" : decode(pair.substring(sign + 1)).strip();
        if (value.isEmpty()) {
            throw rejected("The parameter " + name + " has no value: give it one, or leave it out");
        }
        values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    private static String unknown(String name, Collection<String> known) {
        if (known.isEmpty()) {
            return "This path takes no query parameters";
        }
        String nearest = known.stream()
                .min(Comparator.comparingInt(candidate -> distance(candidate, name)))
                .orElseThrow();
        boolean meant = distance(nearest, name) <= nearest.length() / 2;
        return "There is no query parameter '" + SafeText.of(name) + "'"
                + (meant ? ", '" + nearest + "' may be meant" : "") + ": this path takes "
                + String.join(", ", known);
    }

    /** Returns how many letters have to be put in, left out or exchanged; case, hyphens and underscores do not count. */
    private static int distance(String a, String b) {
        return EditDistance.between(letters(a), letters(b));
    }

    private static String letters(String name) {
        return SafeText.of(name).toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }

    private static String decode(String text) throws DetectionException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw rejected("The query has a broken percent-encoding: write % as %25 and other bytes as %XX");
        }
    }

    private static DetectionException rejected(String detail) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, detail);
    }

    /** Rejects query parameters at endpoints that have none; {@link DetectionQuery} and {@link VersionQuery} check those of the others. */
    static final class Interceptor implements HandlerInterceptor {

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
                throws DetectionException {
            if (handler instanceof HandlerMethod method && !takesQuery(method)) {
                QueryParameters.parse(request.getQueryString(), List.of());
            }
            return true;
        }

        private static boolean takesQuery(HandlerMethod method) {
            return Arrays.stream(method.getMethodParameters())
                    .anyMatch(parameter -> parameter.getParameterType() == DetectionQuery.class
                            || parameter.getParameterType() == VersionQuery.class);
        }
    }
}
