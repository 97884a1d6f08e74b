package io.draem.service.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class FairQueueTests {

    private final FairQueue<Named> queue = new FairQueue<>();

    @Test
    void smallRequestsOfTheSameClientPassALargeOneUntilTheyHaveCostAsMuch() {
        assertThat(passing(i -> "client")).isBetween(9, 11);
    }

    @Test
    void smallRequestsOfAnotherClientPassALargeOneUntilTheyHaveCostAsMuch() {
        assertThat(passing(i -> "other")).isBetween(9, 11);
    }

    @Test
    void smallRequestsThatEachComeFromANewClientPassALargeOneNoMoreThanItsCostForEachThatWaits() {
        assertThat(passing(i -> "client " + i)).isBetween(9, 21);
    }

    @Test
    void aClientThatWasServedAloneOwesNothingToThoseThatComeLater() {
        for (int i = 0; i < 100; i++) {
            Named alone = new Named("alone", 10);
            queue.add("first", alone);
            queue.serve(alone);
        }
        queue.add("first", new Named("first 1", 1));
        queue.add("second", new Named("second 1", 1));
        queue.add("second", new Named("second 2", 1));
        queue.add("first", new Named("first 2", 1));
        assertThat(served()).containsExactly("first 1", "second 1", "second 2", "first 2");
    }

    @Test
    void aClientWithLargeRequestsIsServedAsMuchAsOneWithSmallOnes() {
        for (int i = 0; i < 3; i++) {
            queue.add("large", new Named("large " + i, 4));
        }
        for (int i = 0; i < 12; i++) {
            queue.add("small", new Named("small " + i, 1));
        }
        List<String> served = served();
        assertThat(served.subList(0, 10))
                .filteredOn(request -> request.startsWith("large"))
                .hasSize(2);
        assertThat(served).hasSize(15);
    }

    @Test
    void aRequestThatIsRemovedIsNotServed() {
        Named gone = new Named("gone", 1);
        queue.add("client", gone);
        queue.add("client", new Named("stays", 1));
        assertThat(queue.remove(gone)).isTrue();
        assertThat(queue.remove(gone)).isFalse();
        assertThat(served()).containsExactly("stays");
        assertThat(queue.isEmpty()).isTrue();
    }

    /** Returns how many requests of cost 1 are served before one of cost 10 if there is always another of them. */
    private int passing(IntFunction<String> clients) {
        queue.add("client", new Named("large", 10));
        int passed = 0;
        while (true) {
            queue.add(clients.apply(passed), new Named("small", 1));
            Named next = queue.inOrder().get(0);
            queue.serve(next);
            if (next.name.equals("large")) {
                return passed;
            }
            passed++;
        }
    }

    private List<String> served() {
        List<String> served = new ArrayList<>();
        while (!queue.isEmpty()) {
            Named next = queue.inOrder().get(0);
            queue.serve(next);
            served.add(next.name);
        }
        return served;
    }

    private static final class Named extends FairQueue.Request {

        private final String name;

        Named(String name, long cost) {
            super(cost);
            this.name = name;
        }
    }
}
