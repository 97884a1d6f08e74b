package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.service.models.ModelRepository;
import io.draem.service.sessions.SessionBudget;
import io.draem.service.sessions.SessionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class AdmissionTests {

    private final List<Outcome> ended = new ArrayList<>();
    private final Admission admission = new Admission(
            new ModelRepository(
                    null,
                    Duration.ofSeconds(1),
                    new SessionBudget(Long.MAX_VALUE, SessionListener.NONE, System::nanoTime),
                    event -> {}),
            new DetectionListener() {
                @Override
                public void ended(io.draem.service.models.@Nullable ServedModel model, Outcome outcome, Duration took) {
                    ended.add(outcome);
                }
            },
            8,
            100);

    @Test
    void aClientAloneMayTakeAllSlots() throws Exception {
        for (int i = 0; i < 8; i++) {
            admission.admit(null, "a", true);
        }
        assertRefused("a", Outcome.OVERLOADED);
    }

    @Test
    void aBusyClientLeavesOthersTheirShare() throws Exception {
        admission.admit(null, "b", true).close();
        for (int i = 0; i < 6; i++) {
            admission.admit(null, "a", true);
        }
        assertRefused("a", Outcome.OVERLOADED);
        admission.receive(null, "b", reason -> {}).close();
        admission.admit(null, "b", true);
        admission.admit(null, "b", true);
        assertRefused("b", Outcome.OVERLOADED);
    }

    @Test
    void admitsWhatHasBegunToArriveDuringAShutdownAndWaitsForIt() throws Exception {
        Admission.Upload upload = admission.receive(null, "a", reason -> {});
        admission.close();
        assertThat(admission.awaitAnswers(Duration.ofMillis(1))).isFalse();
        assertThatExceptionOfType(DetectionException.Unavailable.class)
                .isThrownBy(() -> admission.admit(null, "a", false))
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.SHUTTING_DOWN));
        admission.admit(null, "a", true).close();
        upload.close();
        assertThat(admission.awaitAnswers(Duration.ofSeconds(1))).isTrue();
    }

    /** Else its models could be closed before it has a response. */
    @Test
    void receivesNothingNewDuringAShutdown() throws Exception {
        admission.close();
        assertThatExceptionOfType(DetectionException.Unavailable.class)
                .isThrownBy(() -> admission.receive(null, "a", reason -> {}))
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.SHUTTING_DOWN))
                .satisfies(e -> assertThat(e.isReported()).isFalse());
        admission.receive("a", reason -> {});
        assertThat(admission.awaitAnswers(Duration.ZERO)).isTrue();
        assertThat(ended).isEmpty();
    }

    @Test
    void refusesWhatStillArrivesAtTheEndOfAShutdownAndWaitsForTheResponse() throws Exception {
        AtomicReference<Admission.Upload> upload = new AtomicReference<>();
        List<Outcome> refused = new ArrayList<>();
        upload.set(admission.receive(null, "a", reason -> {
            refused.add(reason.outcome());
            upload.get().close();
        }));
        admission.close();
        assertThat(admission.awaitAnswers(Duration.ofMillis(1))).isTrue();
        assertThat(refused).containsExactly(Outcome.SHUTTING_DOWN);
    }

    private void assertRefused(String client, Outcome outcome) {
        int before = ended.size();
        assertThatExceptionOfType(DetectionException.Unavailable.class)
                .isThrownBy(() -> admission.admit(null, client, true))
                .satisfies(e -> assertThat(e.isReported()).isTrue());
        assertThat(ended).hasSize(before + 1).last().isEqualTo(outcome);
    }
}
