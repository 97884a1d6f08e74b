package io.draem.service.models;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The model of requests that name none: the configured one, or the only one in the directory. It stays the default when
 * others are added, and while it is not served itself: another model becomes the default only if it is the only one left.
 *
 * @param name name of the model; null if there is no default
 * @param configured whether {@code draem.models.default} names it
 * @param served whether it is in service now
 * @param alone whether the directory has no other model, served or refused
 */
public record DefaultModel(@Nullable String name, boolean configured, boolean served, boolean alone) {

    /**
     * Returns the default before any model is known.
     *
     * @param configured configured name; null for none
     */
    static DefaultModel of(@Nullable String configured) {
        return new DefaultModel(configured, configured != null, false, false);
    }

    /**
     * Returns the default for a set of models.
     *
     * @param served names of the models in service
     * @param expected names in the directory and the configuration, also those that cannot be served
     */
    DefaultModel among(Set<String> served, Set<String> expected) {
        Set<String> all = new TreeSet<>(served);
        all.addAll(expected);
        boolean alone = all.size() == 1;
        String next =
                !configured && alone && !served.isEmpty() ? served.iterator().next() : name;
        return new DefaultModel(next, configured, next != null && served.contains(next), alone);
    }

    /** Returns whether requests that name no model are refused, now or after a restart. */
    boolean needsAttention() {
        return !served || !(configured || alone);
    }

    /** Returns the name, and what to do if requests without a name are refused, now or after a restart. */
    @Override
    public String toString() {
        if (name == null) {
            return "none: requests that name no model are refused, since there is not exactly one model; set"
                    + " draem.models.default to the model for them";
        }
        if (!served) {
            return name
                    + ", which is not served: requests that name no model are refused with 404 until it is, or until"
                    + " draem.models.default names another";
        }
        return needsAttention()
                ? name
                        + ", since it was the only model before others were added; after a restart there is no default"
                        + " among several: set draem.models.default=" + name + " to keep it"
                : name;
    }
}
