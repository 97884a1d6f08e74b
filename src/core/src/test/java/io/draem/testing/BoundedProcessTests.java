package io.draem.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class BoundedProcessTests {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void returnsStatusAndWholeOutput() throws Exception {
        try (BoundedProcess process = BoundedProcess.start("sh", "-c", "echo out; echo err >&2; exit 3")) {
            assertThat(process.awaitExit(LONG)).isEqualTo(3);
            assertThat(process.output().lines()).containsExactlyInAnyOrder("out", "err");
        }
    }

    @Test
    void waitsForOneLineAfterTheOther() throws Exception {
        try (BoundedProcess process = BoundedProcess.start("sh", "-c", "echo a 1; echo b 2; echo a 3; exec sleep 60")) {
            assertThat(process.awaitLine("b", LONG)).isEqualTo("b 2");
            assertThat(process.awaitLine(Pattern.compile("a (\\d)"), LONG).group(1))
                    .isEqualTo("3");
            assertThatExceptionOfType(AssertionError.class)
                    .isThrownBy(() -> process.awaitLine("c", SHORT))
                    .withMessageContaining("did not write the line")
                    .withMessageContaining("a 1\nb 2\na 3");
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void aProcessThatDoesNotEndIsKilledWithItsDescendants() throws Exception {
        try (BoundedProcess process = BoundedProcess.start("sh", "-c", "sleep 60 & echo $!; wait")) {
            long child = Long.parseLong(process.awaitLine("", LONG));
            assertThatExceptionOfType(AssertionError.class)
                    .isThrownBy(() -> process.awaitExit(SHORT))
                    .withMessageContaining("did not end within");
            Await.until(LONG, () -> !process.isAlive());
            Await.until(
                    LONG,
                    () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
        }
    }

    @Test
    void aProgramThatFailsIsReportedWithItsOutput() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> BoundedProcess.run(LONG, "sh", "-c", "echo why; exit 2"))
                .withMessageContaining("ended with status 2:\nwhy");
    }

    @Test
    void aSignalEndsIt() throws Exception {
        try (BoundedProcess process = BoundedProcess.start("sleep", "60")) {
            process.signal("TERM");
            assertThat(process.awaitExit(LONG)).isEqualTo(128 + 15);
        }
    }

    @Test
    void aConditionThatIsNeverMetIsNamed() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Await.until("the impossible", SHORT, () -> false))
                .withMessage("Not met within 200 ms: the impossible");
    }
}
