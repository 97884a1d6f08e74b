package io.draem.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirectoryTests {

    @ParameterizedTest
    @CsvSource({"1, 1", "42, 42", "999999999, 999999999"})
    void aVersionIsAWholeNumberFromOne(String folder, int version) {
        assertThat(ModelDirectory.version(folder)).hasValue(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "01", "-1", "1.0", "1000000000", "v1", ".1.part"})
    void otherFoldersAreNotVersions(String folder) {
        assertThat(ModelDirectory.version(folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".part", "-a", "a b", "a/b", "\u00e4"})
    void namesStartWithALetterOrDigitAndHaveNoOtherCharacters(String folder) {
        assertThat(ModelDirectory.isName(folder)).isFalse();
        assertThat(ModelDirectory.isName("Plate-2_b.int8")).isTrue();
        assertThat(ModelDirectory.isName("a".repeat(64))).isTrue();
        assertThat(ModelDirectory.isName("a".repeat(65))).isFalse();
    }
}
