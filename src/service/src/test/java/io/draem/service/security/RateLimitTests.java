package io.draem.service.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTests {

    private final Clock clock = new Clock();
    private final RateLimit limit = new RateLimit(2, Duration.ofSeconds(4), clock);

    @Test
    void aNameThatIsUsedUpIsToldHowLongToWait() {
        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("a")).isEqualTo(Duration.ofSeconds(2));
        clock.nanos += 2_000_000_000L;
        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("a")).isPositive();
    }

    @Test
    void namesDoNotUseUpEachOther() {
        limit.take("a");
        limit.take("a");
        assertThat(limit.take("a")).isPositive();
        assertThat(limit.take("b")).isZero();
    }

    @Test
    void whatWasNotUsedIsNotSaved() {
        clock.nanos += 3_600_000_000_000L;
        limit.take("a");
        limit.take("a");
        assertThat(limit.take("a")).isPositive();
    }

    /** A clock that a test sets. */
    private static final class Clock implements TimeMeter {

        private long nanos = 1;

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
