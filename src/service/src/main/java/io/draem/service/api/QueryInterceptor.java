package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses query parameters at doors that take none; {@link DetectionQuery} does at the others. */
final class QueryInterceptor implements HandlerInterceptor {

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
                .anyMatch(parameter -> parameter.getParameterType() == DetectionQuery.class);
    }
}
