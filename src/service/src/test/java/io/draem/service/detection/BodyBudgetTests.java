package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTests {

    private final BodyBudget budget = new BodyBudget(100);
    private final List<String> evicted = new ArrayList<>();

    @Test
    void aClientAloneMayUseAllOfIt() {
        BodyBudget.Upload first = upload("a", "first");
        assertThat(first.grow(100)).isTrue();
        assertThat(first.grow(1)).isFalse();
        assertThat(evicted).isEmpty();
        first.close();
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void evictsTheLargestUploadOfTheClientThatHoldsMost() {
        BodyBudget.Upload small = upload("a", "small");
        BodyBudget.Upload large = upload("a", "large");
        assertThat(small.grow(30)).isTrue();
        assertThat(large.grow(70)).isTrue();
        BodyBudget.Upload other = upload("b", "other");
        assertThat(other.grow(10)).isTrue();
        assertThat(evicted).containsExactly("large");
        assertThat(budget.bytes()).isEqualTo(40);
        assertThat(large.grow(1)).as("it was evicted").isFalse();
        assertThat(large.complete(70)).isFalse();
        large.close();
        assertThat(budget.bytes()).isEqualTo(40);
    }

    @Test
    void aSmallUploadPassesALargeOneOfTheSameClient() {
        BodyBudget.Upload large = upload("a", "large");
        assertThat(large.grow(100)).isTrue();
        assertThat(upload("a", "small").grow(10)).isTrue();
        assertThat(evicted).containsExactly("large");
    }

    @Test
    void refusesTheClientThatHoldsMostRatherThanOthers() {
        assertThat(upload("a", "first").grow(40)).isTrue();
        assertThat(upload("b", "second").grow(60)).isTrue();
        assertThat(upload("b", "third").grow(61)).isFalse();
        assertThat(evicted).isEmpty();
    }

    @Test
    void aBodyThatHasArrivedKeepsItsBytes() {
        BodyBudget.Upload whole = upload("a", "whole");
        assertThat(whole.grow(100)).isTrue();
        assertThat(whole.complete(90)).isTrue();
        assertThat(budget.bytes()).isEqualTo(90);
        assertThat(upload("b", "other").grow(20)).isFalse();
        assertThat(evicted).isEmpty();
    }

    @Test
    void whatABodyUnpacksToEvictsOnlyLargerUploads() {
        assertThat(upload("a", "first").grow(60)).isTrue();
        assertThat(budget.grow(null, 70)).isFalse();
        assertThat(budget.grow(null, 50)).isTrue();
        assertThat(evicted).containsExactly("first");
        budget.shrink(50);
        assertThat(budget.bytes()).isZero();
    }

    private BodyBudget.Upload upload(String client, String name) {
        return new BodyBudget.Upload(budget, client, reason -> evicted.add(name), () -> {});
    }
}
