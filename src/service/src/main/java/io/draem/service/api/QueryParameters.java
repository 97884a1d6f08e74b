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
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** The parameters of a query, taken at their word: what is not known or has no value is refused, not ignored. */
final class QueryParameters {

    private static final Pattern WHOLE = Pattern.compile("\\d{1,18}");

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

    /**
     * Returns a whole number.
     *
     * @param most largest value; {@link Long#MAX_VALUE} for any
     * @throws DetectionException if the text is not a number from 1 to that
     */
    static long number(String name, String text, long most) throws DetectionException {
        long number = WHOLE.matcher(text).matches() ? Long.parseLong(text) : 0;
        if (number < 1 || number > most) {
            throw rejected("The parameter " + name + " must be a whole number"
                    + (most == Long.MAX_VALUE ? ", at least 1" : " from 1 to " + most));
        }
        return number;
    }

    /**
     * Returns the constant that a text names in lower case with hyphens; null for no text.
     *
     * @throws DetectionException if it names none
     */
    static <E extends Enum<E>> @Nullable E constant(String name, @Nullable String text, E[] constants)
            throws DetectionException {
        if (text == null) {
            return null;
        }
        return Arrays.stream(constants)
                .filter(constant -> id(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> rejected("The parameter " + name + " has the value " + SafeText.quoted(text)
                        + ", but takes one of "
                        + Arrays.stream(constants).map(QueryParameters::id).collect(Collectors.joining(", "))));
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
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

    static DetectionException rejected(String detail) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, detail);
    }

    /**
     * Rejects query parameters that an endpoint does not name as {@link RequestParam}; {@link DetectionQuery} checks those of
     * the others.
     */
    static final class Interceptor implements HandlerInterceptor {

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
                throws DetectionException {
            if (handler instanceof HandlerMethod method) {
                List<MethodParameter> arguments = Arrays.asList(method.getMethodParameters());
                if (arguments.stream().noneMatch(argument -> argument.getParameterType() == DetectionQuery.class)) {
                    List<String> known = arguments.stream()
                            .map(argument -> argument.getParameterAnnotation(RequestParam.class))
                            .filter(Objects::nonNull)
                            .map(RequestParam::name)
                            .toList();
                    QueryParameters parameters = parse(request.getQueryString(), known);
                    for (String name : known) {
                        parameters.single(name);
                    }
                }
            }
            return true;
        }
    }
}
