package io.draem.trainer.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeldPixelsTests {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HeldPixels held = new HeldPixels(100);
    private final List<Integer> turns = new CopyOnWriteArrayList<>();
    private final List<Integer> taken = new CopyOnWriteArrayList<>();

    @AfterEach
    void letAllThrough() {
        held.end();
    }

    @Test
    void anImageWaitsUntilItsPixelsFitBesideThoseThatAreHeld() throws Exception {
        HeldPixels.Share first = held.share(0);
        first.take(70);
        Thread second = start(1, 40);
        Await.until(LIMIT, () -> second.getState() == Thread.State.WAITING);
        assertThat(taken).isEmpty();
        first.close();
        Await.until(LIMIT, () -> taken.equals(List.of(1)));
    }

    @Test
    void theImageThatIsNeededNextDoesNotWait() throws Exception {
        held.share(0).take(70);
        Thread second = start(1, 500);
        Await.until(LIMIT, () -> second.getState() == Thread.State.WAITING);
        held.need(1);
        Await.until(LIMIT, () -> taken.equals(List.of(1)));
    }

    @Test
    void anImageThatIsReadEarlierTakesNothingBeforeThoseInFrontOfIt() throws Exception {
        Thread third = start(2, 10);
        Thread second = start(1, 10);
        Await.until(LIMIT, () -> third.getState() == Thread.State.WAITING && second.getState() == Thread.State.WAITING);
        held.share(0).close(); // it could not be read
        Await.until(LIMIT, () -> taken.size() == 2);
        assertThat(turns).containsExactly(1, 2);
    }

    @Test
    void whatIsGivenBackTwiceCountsOnce() throws Exception {
        HeldPixels.Share first = held.share(0);
        first.take(70);
        first.close();
        first.close();
        held.share(1).take(70);
        Thread third = start(2, 70);
        Await.until(LIMIT, () -> third.getState() == Thread.State.WAITING);
        assertThat(taken).isEmpty();
    }

    private Thread start(int index, long pixels) {
        Thread thread = new Thread(() -> {
            HeldPixels.Share share = held.share(index);
            turns.add(index);
            share.take(pixels);
            taken.add(index);
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
