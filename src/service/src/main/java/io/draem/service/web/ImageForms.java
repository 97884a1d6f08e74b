package io.draem.service.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;

/** Reads forms at the doors that take them, each with its own limit; at others no form is read. */
final class ImageForms extends StandardServletMultipartResolver {

    private final Map<String, Long> maxBytes;

    /** Takes the paths and how many bytes a form may have there. */
    ImageForms(Map<String, Long> maxBytes) {
        this.maxBytes = Map.copyOf(maxBytes);
    }

    @Override
    public boolean isMultipart(HttpServletRequest request) {
        String path = request.getServletPath();
        return "POST".equals(request.getMethod())
                && maxBytes.containsKey(path)
                // The web server resolves '..' and the like in its path, by which no endpoint is found.
                && path.equals(
                        RequestTarget.of(request, request.getServletContext().getContextPath())
                                .path())
                && super.isMultipart(request);
    }

    @Override
    public MultipartHttpServletRequest resolveMultipart(HttpServletRequest request) {
        long most = maxBytes.getOrDefault(request.getServletPath(), 0L);
        if (request.getContentLengthLong() > most) {
            throw new MaxUploadSizeExceededException(most);
        }
        return super.resolveMultipart(request);
    }
}
