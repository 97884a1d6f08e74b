package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class FairLineTests {

    private final FairLine<String> line = new FairLine<>();

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
            line.add("first", 10, "alone");
            line.serve("alone");
        }
        line.add("first", 1, "first 1");
        line.add("second", 1, "second 1");
        line.add("second", 1, "second 2");
        line.add("first", 1, "first 2");
        assertThat(served()).containsExactly("first 1", "second 1", "second 2", "first 2");
    }

    @Test
    void aClientWithLargeRequestsIsServedAsMuchAsOneWithSmallOnes() {
        for (int i = 0; i < 3; i++) {
            line.add("large", 4, "large " + i);
        }
        for (int i = 0; i < 12; i++) {
            line.add("small", 1, "small " + i);
        }
        List<String> served = served();
        assertThat(served.subList(0, 10))
                .filteredOn(request -> request.startsWith("large"))
                .hasSize(2);
        assertThat(served).hasSize(15);
    }

    @Test
    void aRequestThatIsRemovedIsNotServed() {
        line.add("client", 1, "gone");
        line.add("client", 1, "stays");
        assertThat(line.remove("gone")).isTrue();
        assertThat(line.remove("gone")).isFalse();
        assertThat(served()).containsExactly("stays");
        assertThat(line.isEmpty()).isTrue();
    }

    /** Returns how many requests of cost 1 are served before one of cost 10 if there is always another of them. */
    private int passing(IntFunction<String> clients) {
        line.add("client", 10, "large");
        int passed = 0;
        while (true) {
            line.add(clients.apply(passed), 1, "small");
            String next = line.inOrder().get(0);
            line.serve(next);
            if (next.equals("large")) {
                return passed;
            }
            passed++;
        }
    }

    private List<String> served() {
        List<String> served = new ArrayList<>();
        while (!line.isEmpty()) {
            String next = line.inOrder().get(0);
            line.serve(next);
            served.add(next);
        }
        return served;
    }
}
