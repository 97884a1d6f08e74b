package io.draem.service.web;

import io.draem.text.SafeText;
import java.util.Objects;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException;
import org.apache.tomcat.util.http.fileupload.impl.FileSizeLimitExceededException;
import org.apache.tomcat.util.http.fileupload.impl.SizeException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;

/**
 * What is wrong with a form.
 *
 * @param type of the problem
 * @param detail what is wrong, and the remedy
 */
record MultipartProblem(ProblemType type, String detail) {

    /** Returns why a form cannot be read, by the web server's own exceptions. */
    static MultipartProblem of(MultipartException e) {
        if (e instanceof MaxUploadSizeExceededException tooLarge && tooLarge.getMaxUploadSize() >= 0) {
            return tooLarge("The form", tooLarge.getMaxUploadSize());
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSizeLimitExceededException part) {
                return tooLarge(
                        part.getFieldName() == null
                                ? "A part of the form"
                                : "The part '" + SafeText.of(part.getFieldName()) + "'",
                        part.getPermittedSize());
            }
            if (cause instanceof SizeException size && size.getPermittedSize() == WebConfiguration.PART_HEADERS) {
                return invalid("The headers of a part of the form are longer than " + WebConfiguration.PART_HEADERS
                        + " bytes: shorten its file name, and end the headers with an empty line");
            }
            if (cause instanceof SizeException size) {
                return tooLarge("The form", size.getPermittedSize());
            }
            if (cause instanceof MultipartStream.MalformedStreamException) {
                return invalid(
                        "The form ends before its last boundary: send it whole, with '--' behind the last boundary");
            }
            if (cause instanceof FormParts.LongBoundaryException) {
                return invalid(Objects.requireNonNull(cause.getMessage()));
            }
            if (cause instanceof FileCountLimitExceededException count) {
                return invalid(
                        "The form has more than " + count.getLimit() + " parts: send fewer images in one request");
            }
        }
        return invalid(
                "The multipart body cannot be read: send each image as the file of a part named 'image' (in a batch"
                        + " 'images'), with the boundary that the Content-Type names");
    }

    private static MultipartProblem invalid(String detail) {
        return new MultipartProblem(ProblemType.INVALID_REQUEST, detail);
    }

    private static MultipartProblem tooLarge(String what, long limit) {
        return new MultipartProblem(
                ProblemType.IMAGE_TOO_LARGE,
                what + " is larger than the limit of " + limit + " bytes: send smaller images, or fewer");
    }
}
