package io.draem.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTests {

    @TempDir
    private Path directory;

    @Test
    void knowsEachKeyByItsName() throws Exception {
        ApiKeys keys = ApiKeys.parse(List.of("# who", "", line("line-1", "one"), "  " + line("line-2", "two")));
        assertThat(keys.nameOf(digest("one"))).isEqualTo("line-1");
        assertThat(keys.nameOf(digest("two"))).isEqualTo("line-2");
        assertThat(keys.nameOf(digest("three"))).isNull();
    }

    @Test
    void aNameMayHaveAnOldAndANewKey() throws Exception {
        ApiKeys keys = ApiKeys.parse(List.of(line("line", "old"), line("line", "new")));
        assertThat(keys.nameOf(digest("old"))).isEqualTo("line");
        assertThat(keys.nameOf(digest("new"))).isEqualTo("line");
    }

    @Test
    void theRightToLoadModelsIsThatOfAKeyAndNotOfItsName() throws Exception {
        ApiKeys keys = ApiKeys.parse(List.of(line("line", "old").strip() + ":admin", line("line", "new")));
        assertThat(keys.isAdmin(digest("old"))).isTrue();
        assertThat(keys.isAdmin(digest("new"))).isFalse();
        assertThat(keys.isAdmin(digest("none"))).isFalse();
        assertThat(keys.hasAdmin()).isTrue();
        assertThat(ApiKeys.parse(List.of(line("line", "new"))).hasAdmin()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret-in-the-clear",
                "line:secret-in-the-clear",
                ":abc",
                "a b:00",
                "line:00",
                "line:secret:admin"
            })
    void aLineThatIsNoneIsNamedByNumberAndNeverShown(String line) {
        assertThatThrownBy(() -> ApiKeys.parse(List.of("# first", line)))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("Line 2")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aKeyTwiceAndNoKeyAreRefused() {
        assertThatThrownBy(() -> ApiKeys.parse(List.of(line("a", "one"), line("b", "one"))))
                .hasMessageContaining("Line 2 repeats the key of an earlier line");
        assertThatThrownBy(() -> ApiKeys.parse(List.of("# nothing"))).hasMessageContaining("no key");
    }

    @Test
    void aChangedFileIsReadAgain() throws Exception {
        Path path = Files.writeString(directory.resolve("keys"), line("a", "one"));
        try (KeyFile file = new KeyFile(path)) {
            Files.writeString(path, line("b", "two"));
            file.refresh();
            assertThat(file.keys().nameOf(digest("one"))).isNull();
            assertThat(file.keys().nameOf(digest("two"))).isEqualTo("b");
        }
    }

    @Test
    void aFileThatBreaksOrGoesLeavesTheKeysGood() throws Exception {
        Path path = Files.writeString(directory.resolve("keys"), line("a", "one"));
        try (KeyFile file = new KeyFile(path)) {
            Files.writeString(path, "half a li");
            file.refresh();
            assertThat(file.keys().nameOf(digest("one"))).isEqualTo("a");
            Files.delete(path);
            file.refresh();
            assertThat(file.keys().nameOf(digest("one"))).isEqualTo("a");
            Files.writeString(path, line("b", "two"));
            file.refresh();
            assertThat(file.keys().nameOf(digest("two"))).isEqualTo("b");
        }
    }

    @Test
    void aFileThatCannotBeReadIsRefusedAtTheStart() {
        assertThatThrownBy(() -> new KeyFile(directory.resolve("none")))
                .isInstanceOf(KeyFileException.class)
                .hasMessage("There is no such file");
        assertThatThrownBy(() -> new KeyFile(directory)).isInstanceOf(KeyFileException.class);
    }

    private static String line(String name, String key) {
        return name + Sha256.text(digest(key)).replace("sha256:", ":") + "\n";
    }

    private static byte[] digest(String key) {
        return Sha256.algorithm().digest(key.getBytes(StandardCharsets.ISO_8859_1));
    }
}
