package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Include;
import io.draem.service.detection.Outcome;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the parameter {@code include}. */
final class Includes {

    private Includes() {}

    /**
     * Returns what the names stand for.
     *
     * @throws DetectionException if a name is not known; the message lists those that are
     */
    static Set<Include> parse(List<String> names) throws DetectionException {
        Set<Include> includes = EnumSet.noneOf(Include.class);
        for (String name : names) {
            includes.add(Arrays.stream(Include.values())
                    .filter(include -> include.id().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> new DetectionException.Rejected(
                            Outcome.INVALID_REQUEST,
                            "The parameter include takes any of "
                                    + Arrays.stream(Include.values())
                                            .map(Include::id)
                                            .collect(Collectors.joining(", ")))));
        }
        return includes;
    }
}
