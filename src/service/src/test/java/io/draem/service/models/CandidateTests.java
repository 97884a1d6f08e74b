package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                   | 1    | 0
            '\\n'                | 1    | 0
            0                    | 0    | 0
            '0.1\\n'             | 0.1  | 0
            1.0                  | 1    | 0
            answers 0.05         | 1    | 0.05
            'answers\\t1\\n'     | 1    | 1
            '0\\nanswers .25\\n' | 0    | 0.25
            '0.5\\r\\nanswers 0' | 0.5  | 0
            '.5 \\n\\nanswers 1' | 0.5  | 1
            """)
    void readsShares(String text, double images, double requests) throws Exception {
        assertThat(read(unescaped(text))).isEqualTo(new CandidateFile.Shares(images, requests));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "50 %",
                "1.1",
                "-0",
                "1e-1",
                "answers",
                "answers 5%",
                "answers 2",
                "answers=0.1",
                "Answers 0.1",
                "answers 0.1 0.2",
                "answers 0.1\\n0.5",
                "0.5 answers 0.1",
                "0.5\\nanswers 0.1\\nanswers 0.2",
                "0.1\\n0.1",
                "answers 0.1                                                          #"
            })
    void refusesEverythingElse(String text) {
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> read(unescaped(text)))
                .withMessageContaining("must be empty, or have")
                .withMessageContaining("'answers 0.05'");
    }

    /** Replicas of other releases and the service after a restart must agree on it. */
    @Test
    void theVersionOfAKeyNeverChanges() {
        assertThat(Candidate.position("cookie", 2, "line-3")).isEqualTo(0.3022614921214902);
        assertThat(Candidate.position("cookie", 2, "line-1")).isEqualTo(0.7251740393647398);
    }

    @Test
    void keysAreSpreadEvenlyAndDifferentlyForEachVersion() {
        double[] second = IntStream.range(0, 4000)
                .mapToDouble(i -> Candidate.position("cookie", 2, "line-" + i))
                .toArray();
        for (int tenth = 0; tenth < 10; tenth++) {
            double from = tenth / 10.0;
            assertThat(IntStream.range(0, 4000)
                            .filter(i -> second[i] >= from && second[i] < from + 0.1)
                            .count())
                    .isBetween(340L, 460L);
        }
        long both = IntStream.range(0, 4000)
                .filter(i -> second[i] < 0.1 && Candidate.position("cookie", 3, "line-" + i) < 0.1)
                .count();
        assertThat(both).isLessThan(80);
    }

    private CandidateFile.Shares read(String text) throws Exception {
        Files.writeString(folder.resolve("candidate"), text);
        return CandidateFile.read(new ModelFile("cookie", 2, folder.resolve("model.onnx"), ModelFile.State.of(folder)));
    }

    private static String unescaped(String text) {
        return text.translateEscapes();
    }
}
