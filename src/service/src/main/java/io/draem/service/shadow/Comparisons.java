package io.draem.service.shadow;

import io.draem.service.models.Candidate;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import io.draem.service.shadow.ShadowListener.Outcome;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The comparison of each model that has a candidate, which begins again when one of the two versions changes. */
final class Comparisons {

    private final ModelRepository models;
    private final Map<String, Comparison> byName = new ConcurrentHashMap<>();

    Comparisons(ModelRepository models) {
        this.models = models;
    }

    /** Returns the comparison of a version that answers with its candidate; null if it has none. */
    @Nullable
    ComparisonSummary summary(ServedModel served) {
        Candidate candidate = models.candidate(served.name());
        Comparison comparison = candidate == null ? null : current(served, candidate.model());
        return candidate == null || comparison == null ? null : comparison.summary(candidate);
    }

    /** Adds to the comparison of two versions, unless they are not compared any more. */
    void add(ServedModel served, ServedModel candidate, Consumer<Comparison> addition) {
        Comparison comparison = current(served, candidate);
        if (comparison != null) {
            addition.accept(comparison);
        }
    }

    /** Counts an image that the candidate of a model answered itself. */
    void answered(ServedModel candidate) {
        models.versions(candidate.name()).stream()
                .findFirst()
                .ifPresent(served -> add(served, candidate, comparison -> comparison.add(Outcome.ANSWERED)));
    }

    /** Returns whether a version answers, and another one is its candidate. */
    boolean areCurrent(ServedModel served, ServedModel candidate) {
        Candidate current = models.candidate(served.name());
        return current != null
                && candidate != served
                && current.model() == candidate
                && models.versions(served.name()).stream().findFirst().orElse(null) == served;
    }

    /** Returns the comparison of two versions, null if they are not compared: a late image does not begin it again. */
    private @Nullable Comparison current(ServedModel served, ServedModel candidate) {
        Comparison found = byName.compute(served.name(), (name, known) -> {
            if (!areCurrent(served, candidate)) {
                return known;
            }
            return known != null && known.isOf(served, candidate) ? known : new Comparison(served, candidate);
        });
        return found != null && found.isOf(served, candidate) ? found : null;
    }
}
