package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class FormPartsTests {

    private static final FormParts.Limits LIMITS = new FormParts.Limits(1_000_000, 1_000, 10);

    @Test
    void partsAreTheBytesBetweenTheBoundaries() throws Exception {
        List<Part> parts = parse("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"1.png\"\r\n\r\none"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"image\"\r\nX-A: b\r\n\r\n"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\n\r\n\r\n--\r\n\r\n--b--\r\n");
        assertThat(contents(parts)).containsExactly("one", "", "\r\n\r\n--\r\n");
        assertThat(parts).extracting(Part::getName).containsOnly("image");
        assertThat(parts).extracting(Part::getSubmittedFileName).containsExactly("1.png", null, null);
        assertThat(parts.get(1).getHeader("x-a")).isEqualTo("b");
        assertThat(parts).extracting(Part::getSize).containsExactly(3L, 0L, 8L);
    }

    @Test
    void aPreambleAndLargePartsChangeNothing() throws Exception {
        String large = "0123456789abcdef\r\n--c".repeat(5_000);
        List<Part> parts = parse("preamble\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + large
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n" + large + "\r\n--b--\r\nepilogue");
        assertThat(contents(parts)).containsExactly(large, large);
    }

    @Test
    void partsBehindOneWithoutANameAreRead() throws Exception {
        List<Part> parts = parse("--b\r\nContent-Type: image/png\r\n\r\nnameless"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nfirst"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nsecond\r\n--b--\r\n");
        assertThat(contents(parts)).containsExactly("first", "second");
    }

    @Test
    void aFormWithoutItsLastBoundaryIsRefused() {
        assertThatThrownBy(() -> parse("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nbytes"))
                .isInstanceOf(FileUploadException.class);
    }

    @Test
    void aLongBoundaryIsRefused() {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/detect");
        request.setContentType("multipart/form-data; boundary=" + "b".repeat(71));
        assertThatThrownBy(() -> FormParts.parse(request, new byte[0], LIMITS))
                .isInstanceOf(FormParts.LongBoundaryException.class)
                .hasMessageContaining("70 characters");
    }

    @Test
    void aDeletedPartHoldsNothing() throws Exception {
        Part part = parse("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nbytes\r\n--b--\r\n")
                .get(0);
        part.delete();
        assertThat(part.getInputStream().readAllBytes()).isEmpty();
    }

    private static List<Part> parse(String form) throws IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/detect");
        request.setContentType("multipart/form-data; boundary=b");
        return List.copyOf(FormParts.parse(request, form.getBytes(StandardCharsets.ISO_8859_1), LIMITS));
    }

    private static List<String> contents(List<Part> parts) throws IOException {
        List<String> contents = new ArrayList<>();
        for (Part part : parts) {
            contents.add(new String(part.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
        }
        return contents;
    }
}
