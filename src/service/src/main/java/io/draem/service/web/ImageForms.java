package io.draem.service.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;

/** Reads forms at the endpoints that take them, each with its own limit; at others no form is read. */
final class ImageForms extends StandardServletMultipartResolver {

    private final Map<String, Long> maxBytes;

    private final FormParts.Limits limits;

    /**
     * @param maxBytes most bytes of a form by the path of the endpoint
     * @param limits of its parts
     */
    ImageForms(Map<String, Long> maxBytes, FormParts.Limits limits) {
        this.maxBytes = Map.copyOf(maxBytes);
        this.limits = limits;
    }

    @Override
    public boolean isMultipart(HttpServletRequest request) {
        return "POST".equals(request.getMethod())
                && maxBytes.containsKey(request.getServletPath())
                && super.isMultipart(request);
    }

    @Override
    public MultipartHttpServletRequest resolveMultipart(HttpServletRequest request) {
        long most = maxBytes.getOrDefault(request.getServletPath(), 0L);
        if (request.getContentLengthLong() > most) {
            throw new MaxUploadSizeExceededException(most);
        }
        return super.resolveMultipart(new Form(request));
    }

    /** A request whose parts are read once. */
    private final class Form extends HttpServletRequestWrapper {

        private @Nullable Collection<Part> parts;

        Form(HttpServletRequest request) {
            super(request);
        }

        @Override
        public Collection<Part> getParts() throws IOException {
            if (parts == null) {
                byte[] body = RequestBytes.read((HttpServletRequest) getRequest(), Integer.MAX_VALUE - 1);
                parts = FormParts.parse((HttpServletRequest) getRequest(), body, limits);
            }
            return parts;
        }
    }
}
