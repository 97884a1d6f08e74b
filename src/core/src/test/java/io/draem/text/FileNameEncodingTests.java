package io.draem.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNameEncodingTests {

    @Test
    void namesTheVariableThatHidesLang() {
        assertThat(FileNameEncoding.remedy(null, "")).isEqualTo("LANG=C.UTF-8 in its environment");
        assertThat(FileNameEncoding.remedy("", "C")).endsWith(", and without LC_CTYPE");
        assertThat(FileNameEncoding.remedy("POSIX", "C")).endsWith(", and without LC_ALL");
    }

    @Test
    void namesTheFileNameWhereTheLocaleIsNotTheReason() {
        assertThat(FileNameEncoding.isLost("s\uFFFD\uFFFD.png")).isTrue();
        assertThat(FileNameEncoding.explain("a*b"))
                .isEqualTo("The name 'a*b' is not a valid file name here, or is not UTF-8: rename it");
    }

    @Test
    void composesNames() {
        assertThat(FileNameEncoding.composed("u\u0308.png")).isEqualTo("\u00FC.png");
    }
}
