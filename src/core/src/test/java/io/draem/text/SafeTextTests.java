package io.draem.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTests {

    @ParameterizedTest
    @ValueSource(
            ints = {0, '\t', '\n', '\r', 0x1b, 0x7f, 0x85, 0x9b, 0x200f, 0x2028, 0x2029, 0x202e, 0x2066, 0xfeff, 0xdc80
            })
    void escapesWhatTerminalsAndBrowsersInterpret(int point) {
        assertThat(SafeText.escaped("a" + Character.toString(point) + "b"))
                .isEqualTo("a" + String.format("\\u%04x", point) + "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cookie/1/model.onnx", "Stück 3 – ok", "部品", "\uD83D\uDE00", "C:\\models"})
    void leavesOtherTextAsItIs(String text) {
        assertThat(SafeText.escaped(text)).isEqualTo(text);
        assertThat(SafeText.of(text)).isEqualTo(text);
    }

    @Test
    void escapesTagsAsPairs() {
        assertThat(SafeText.escaped(Character.toString(0xE0041))).isEqualTo("\\udb40\\udc41");
    }

    @Test
    void quotesAndCutsToTheRequestedLength() {
        assertThat(SafeText.quoted("a\u001b[31m")).isEqualTo("'a\\u001b[31m'");
        assertThat(SafeText.of("abc\n", 4)).isEqualTo("abc");
    }

    @Test
    void cutsAfterWholeCharactersAndEscapes() {
        assertThat(SafeText.of("a".repeat(300))).isEqualTo("a".repeat(128));
        assertThat(SafeText.of("\uD83D\uDE00".repeat(300))).isEqualTo("\uD83D\uDE00".repeat(128));
        assertThat(SafeText.of("a".repeat(125) + "\n\n")).isEqualTo("a".repeat(125));
        assertThat(SafeText.of("a".repeat(122) + "\n\n")).isEqualTo("a".repeat(122) + "\\u000a");
    }
}
