package io.draem.service.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.Await;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeviceSchedulerTests {

    private final DeviceScheduler device = DeviceScheduler.exclusive(1);
    private final BlockingQueue<String> order = new LinkedBlockingQueue<>();

    @Test
    void theOneThatUsedTheDeviceLeastGoesFirst() throws Exception {
        DeviceScheduler.Share large = device.join(new Object());
        DeviceScheduler.Share small = device.join(new Object());
        use(small, 10);
        use(large, 2_000);
        use(small, 10);
        DeviceScheduler.Share holder = device.join(new Object());
        holder.take();
        waitFor(large, "large");
        waitFor(small, "small");
        holder.giveBack(0);
        assertThat(order.take()).as("it came second and has used less").isEqualTo("small");
        assertThat(order.take()).isEqualTo("large");
    }

    @Test
    void anIdleModelDoesNotAccumulateTime() throws Exception {
        DeviceScheduler.Share busy = device.join(new Object());
        for (int i = 0; i < 100; i++) {
            use(busy, 1_000);
        }
        DeviceScheduler.Share late = device.join(new Object());
        use(late, 2_000);
        DeviceScheduler.Share holder = device.join(new Object());
        holder.take();
        waitFor(late, "late");
        waitFor(busy, "busy");
        holder.giveBack(0);
        assertThat(order.take())
                .as("the newcomer started level, and has had the time of two runs")
                .isEqualTo("busy");
        assertThat(order.take()).isEqualTo("late");
    }

    @Test
    void noMoreRunAtATimeThanTheDeviceAllows() throws Exception {
        DeviceScheduler two = DeviceScheduler.exclusive(2);
        DeviceScheduler.Share first = two.join(new Object());
        first.take();
        DeviceScheduler.Share second = two.join(new Object());
        second.take();
        waitFor(two.join(new Object()), "third");
        assertThat(order).as("both runs are taken").isEmpty();
        second.giveBack(1);
        assertThat(order.take()).isEqualTo("third");
        first.giveBack(1);
    }

    @Test
    void aModelWithoutARunStartsOneInAdditionToLongRuns() throws Exception {
        DeviceScheduler two = new DeviceScheduler(2, Duration.ofMillis(1));
        Object slow = new Object();
        DeviceScheduler.Share first = two.join(slow);
        DeviceScheduler.Share second = two.join(slow);
        first.take();
        second.take();
        waitFor(two.join(slow), "a third run of the slow model");
        waitFor(two.join(new Object()), "another model");
        assertThat(order.take()).as("both runs still last").isEqualTo("another model");
        assertThat(order).as("the slow model gets no more than its two runs").isEmpty();
        second.giveBack(1);
        assertThat(order.take()).isEqualTo("a third run of the slow model");
        first.giveBack(1);
    }

    private static void use(DeviceScheduler.Share share, long nanos) throws InterruptedException {
        share.take();
        share.giveBack(nanos);
    }

    private void waitFor(DeviceScheduler.Share share, String name) throws Exception {
        Thread thread = new Thread(() -> {
            try {
                share.take();
                order.add(name);
                share.giveBack(1);
            } catch (InterruptedException e) {
                order.add("interrupted");
            }
        });
        thread.start();
        Set<Thread.State> waitsOrHasRun =
                Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);
        Await.until(Duration.ofSeconds(20), () -> waitsOrHasRun.contains(thread.getState()));
    }
}
