package io.draem.service.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import java.util.regex.Pattern;

/** The name of a request in its answer, in problems and in the log: the caller's own, or one that is made up. */
public final class RequestId {

    /** The name in the log's context. */
    static final String LOG_KEY = "requestId";

    /** It goes into logs and headers as it is, so it is only letters, digits and signs that mean nothing there. */
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+=/@-]{0,127}");

    private static final String ATTRIBUTE = RequestId.class.getName();

    private RequestId() {}

    /** Returns the id of a request, always the same for one; an id of the caller that is too long or strange is replaced. */
    public static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String known) {
            return known;
        }
        String sent = request.getHeader(Headers.REQUEST_ID);
        String id = sent != null && SANE.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }
}
