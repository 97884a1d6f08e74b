package io.draem.service.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/** Gives problems the form that the Open Inference Protocol has for errors, below its path. */
@ControllerAdvice
class ProtocolErrors implements ResponseBodyAdvice<Object> {

    @Override
    public boolean supports(MethodParameter method, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object body,
            MethodParameter method,
            MediaType type,
            Class<? extends HttpMessageConverter<?>> converter,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        if (body instanceof Problem problem
                && request instanceof ServletServerHttpRequest servlet
                && isProtocol(servlet.getServletRequest())) {
            response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
            return error(problem);
        }
        return body;
    }

    static Map<String, String> error(Problem problem) {
        return Map.of("error", problem.detail());
    }

    /** Returns whether the path that was asked for is the protocol's, also where the request was sent on to the error page. */
    private static boolean isProtocol(HttpServletRequest request) {
        return RequestTarget.of(request, request.getServletContext().getContextPath())
                .isProtocol();
    }
}
