package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * The parameters of a promotion or rollback, from the query.
 *
 * @param version the version that the client means; null for whatever it is
 */
record VersionQuery(@Nullable Integer version) {

    /** Resolves the argument of controllers from the query. */
    static final class Resolver implements HandlerMethodArgumentResolver {

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == VersionQuery.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders)
                throws DetectionException {
            HttpServletRequest http = (HttpServletRequest) request.getNativeRequest();
            QueryParameters parameters = QueryParameters.parse(http.getQueryString(), List.of(DetectionQuery.VERSION));
            return new VersionQuery(DetectionQuery.version(parameters.single(DetectionQuery.VERSION)));
        }
    }
}
