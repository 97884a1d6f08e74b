package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTests {

    @ParameterizedTest
    @CsvSource({
        "/line/v1/detect, , /v1/detect,",
        "/l%69ne/v1;a=b/%64etect;c, , /v1/detect,",
        "/line/v1/detect, model=other, /v1/detect, other",
        "/line/v1/detect, a&x=1&%6Dodel=%6Fther+1, /v1/detect, other 1",
        "/line/v1/detect, model=co%256Fkie, /v1/detect, co%6Fkie",
        "/line/v1/detect, model=%zz, /v1/detect, %zz",
        "/line/v2/models/other/infer, model=cookie, /v2/models/other/infer, other",
        "/line/%76%32/models/other/infer, , /v2/models/other/infer, other",
        "/line/v2;a=b/models/other;x/infer, , /v2/models/other/infer, other",
        "/line/v2/models/co%256Fkie/infer, , /v2/models/co%6Fkie/infer, co%6Fkie",
        "/line/v2/models/a+b, , /v2/models/a+b, a+b"
    })
    void decodesPathAndModelOnce(String uri, String query, String path, String model) {
        RequestTarget target = RequestTarget.of(uri, query, "/line");
        assertThat(target.path()).isEqualTo(path);
        assertThat(target.model()).isEqualTo(model);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/line//v1/detect",
                "/line/;a/v1/detect",
                "/line/v1/./detect",
                "/line/v1/%2e/detect",
                "/line/v1/x/../detect",
                "/line/actuator/%2E%2e/v1/detect",
                "/line/v1/x/..;a/detect",
                "/line/v1/detect/.",
                "/line/v1/detect/..",
                "/line/v1%2fdetect",
                "/line/v1%5Cdetect",
                "/line/v1/detect%00",
                "/line/v1/detect%zz",
                "//line/v1/detect",
                "/v1/detect",
                "/lines/v1/detect",
                "*"
            })
    void findsNoEndpointByWhatTheWebServerRefusesOrResolves(String uri) {
        assertThat(RequestTarget.of(uri, null, "/line").path()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/line/v2, true",
        "/line/v2/models/a%2Fb/infer, true",
        "/line/v2//models, true",
        "/line/v2/%zz, true",
        "/line/%76%32;a=b/models, true",
        "/line/v22, false",
        "/line/v1/detect, false",
        "/v2/models, false"
    })
    void knowsTheProtocolAlsoByWhatIsNotFound(String uri, boolean protocol) {
        assertThat(RequestTarget.of(uri, null, "/line").isProtocol()).isEqualTo(protocol);
    }
}
