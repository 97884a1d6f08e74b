package io.draem.trainer.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.draem.testing.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sun.misc.Signal;
import sun.misc.SignalHandler;

@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class StopSignalsTests {

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalAsksTheTrainingToStopWithTheStatusThatAShellExpects(String name, int status) throws Exception {
        Signal signal = new Signal(name);
        SignalHandler before = Signal.handle(signal, SignalHandler.SIG_DFL);
        Signal.handle(signal, before);
        assumeTrue(before != SignalHandler.SIG_IGN, "the tests were started to ignore SIG" + name);

        try (StopSignals signals = StopSignals.handle(new PrintWriter(new StringWriter()))) {
            signals.hold("finishing the step and saving");
            assertThat(signals.stopRequested()).isFalse();
            Signal.raise(signal);
            Await.until(Duration.ofSeconds(30), signals::stopRequested);
            assertThat(signals.status()).isEqualTo(status);
            signals.release();
            signals.hold("work that begins later");
            assertThat(Signal.handle(signal, SignalHandler.SIG_DFL))
                    .as("the second one ends the process, whatever is held meanwhile")
                    .isEqualTo(SignalHandler.SIG_DFL);
        }
    }
}
