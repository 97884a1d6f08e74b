package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoadedAheadTests {

    @Test
    void loadsTheNextImageWhileATiledOneIsUsed() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        try (LoadedAhead<Integer> images = new LoadedAhead<>(
                2,
                1,
                index -> {
                    if (index == 1) {
                        second.countDown();
                    }
                    return index;
                },
                image -> 1)) {
            assertThat(images.load(0)).isZero();
            assertThat(second.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(images.load(1)).isEqualTo(1);
        }
    }

    @Test
    void loadsSeveralImagesAtATimeAndNoMoreThanThatManyAhead() throws Exception {
        CountDownLatch bothBegun = new CountDownLatch(2);
        AtomicInteger begun = new AtomicInteger();
        try (LoadedAhead<Integer> images = new LoadedAhead<>(
                9,
                2,
                index -> {
                    begun.incrementAndGet();
                    if (index == 1 || index == 2) {
                        bothBegun.countDown();
                        awaitAll(bothBegun);
                    }
                    return index;
                },
                image -> 2)) {
            assertThat(images.load(0)).isZero();
            assertThat(images.load(1)).isEqualTo(1);
            assertThat(images.load(2)).isEqualTo(2);
            assertThat(begun).hasValueLessThanOrEqualTo(5);
            for (int index = 3; index < 9; index++) {
                assertThat(images.load(index)).isEqualTo(index);
            }
        }
    }

    private static void awaitAll(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IOException("the other image did not begin meanwhile");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void loadsAWholeImageWhenItIsNeeded() throws Exception {
        Thread here = Thread.currentThread();
        try (LoadedAhead<Integer> images = new LoadedAhead<>(
                3,
                1,
                index -> {
                    assertThat(Thread.currentThread()).isSameAs(here);
                    return index;
                },
                image -> 0)) {
            for (int index = 0; index < 3; index++) {
                assertThat(images.load(index)).isEqualTo(index);
            }
        }
    }

    @Test
    void loadsTheImagesAfterOneThatCannotBeRead() throws Exception {
        try (LoadedAhead<Integer> images = new LoadedAhead<>(
                4,
                1,
                index -> {
                    if (index == 1 || index == 2) {
                        throw new IOException("image " + index);
                    }
                    return index;
                },
                image -> 1)) {
            assertThat(images.load(0)).isZero();
            assertThatIOException().isThrownBy(() -> images.load(1)).withMessage("image 1");
            assertThatIOException().isThrownBy(() -> images.load(2)).withMessage("image 2");
            assertThat(images.load(3)).isEqualTo(3);
        }
    }
}
