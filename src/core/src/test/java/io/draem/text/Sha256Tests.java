package io.draem.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class Sha256Tests {

    /** From FIPS 180-2, appendix B.1. */
    private static final String ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void returnsTheDigestOfTheExampleInTheStandard() {
        assertThat(Sha256.of("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(ABC);
    }

    @Test
    void buffersCountAsOneTextAndKeepTheirPositions() {
        ByteBuffer ab =
                ByteBuffer.wrap("xab".getBytes(StandardCharsets.US_ASCII)).position(1);
        ByteBuffer c = ByteBuffer.allocateDirect(1).put((byte) 'c').flip();
        assertThat(Sha256.of(List.of(ab, c))).isEqualTo(ABC);
        assertThat(ab.remaining()).isEqualTo(2);
    }
}
