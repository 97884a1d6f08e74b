package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.queue.QueueListener;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecentRunsTests {

    private final AtomicInteger reports = new AtomicInteger();

    @Test
    void nothingIsSaidOfFewRuns() {
        RecentRuns runs = runs(0.5);
        end(runs, RecentRuns.LEAST - 1, 1);
        assertThat(runs.exceeded()).isFalse();
        end(runs, 1, 1);
        assertThat(runs.exceeded()).isTrue();
        assertThat(runs).hasToString("10 of the 10 images of its last 10 runs");
        assertThat(reports).hasValue(1);
    }

    @Test
    void theShareMustBeLarger() {
        RecentRuns runs = runs(0.5);
        end(runs, 5, 1);
        end(runs, 5, 0);
        assertThat(runs.exceeded()).isFalse();
        end(runs, 1, 1);
        assertThat(runs.exceeded()).isTrue();
    }

    @Test
    void onlyTheLatestRunsCount() {
        RecentRuns runs = runs(0.5);
        end(runs, 200, 0);
        end(runs, 25, 1);
        assertThat(runs.exceeded()).isFalse();
        end(runs, 1, 1);
        assertThat(runs.exceeded()).isTrue();
        end(runs, RecentRuns.WINDOW, 0);
        assertThat(runs).hasToString("0 of the 50 images of its last 50 runs");
        assertThat(runs.exceeded()).isFalse();
    }

    @Test
    void aFailedBatchIsOneFailedRun() {
        RecentRuns runs = runs(0.5);
        runs.batchEnded(64, 64);
        end(runs, 9, 0);
        assertThat(runs.exceeded()).isFalse();
        assertThat(runs).hasToString("64 of the 73 images of its last 10 runs");
    }

    @Test
    void isReportedOnceUntilItHasRecovered() {
        RecentRuns runs = runs(0.5);
        end(runs, 100, 1);
        assertThat(reports).hasValue(1);
        end(runs, 25, 0);
        end(runs, 25, 1);
        assertThat(reports).as("never below half the limit").hasValue(1);
        end(runs, 50, 0);
        end(runs, 30, 1);
        assertThat(reports).hasValue(2);
    }

    @Test
    void aShareOfOneIsNeverExceededAndNoneAtOnce() {
        RecentRuns never = runs(1);
        end(never, 100, 1);
        assertThat(never.exceeded()).isFalse();
        RecentRuns strict = runs(0);
        end(strict, 49, 0);
        end(strict, 1, 1);
        assertThat(strict.exceeded()).isTrue();
    }

    private RecentRuns runs(double maxFailedShare) {
        RecentRuns runs = new RecentRuns(maxFailedShare, QueueListener.NONE);
        runs.whenExceeded(reports::incrementAndGet);
        return runs;
    }

    private static void end(RecentRuns runs, int count, int failed) {
        for (int i = 0; i < count; i++) {
            runs.batchEnded(1, failed);
        }
    }
}
