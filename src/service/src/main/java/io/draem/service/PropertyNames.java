package io.draem.service;

import io.draem.text.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** The names of the properties that records are bound from, compared in every spelling that Spring accepts. */
final class PropertyNames {

    /** Edits up to which a variable counts as a misspelled name; other programs' variables may share the prefix. */
    private static final int MAX_EDITS = 2;

    /** Whether a name may be followed by a key or an index, as those of maps and lists are. */
    private final Map<ConfigurationPropertyName, Boolean> names = new LinkedHashMap<>();

    /**
     * @param types records with {@link ConfigurationProperties}
     * @param others names that no record has
     */
    PropertyNames(Collection<Class<?>> types, String... others) {
        // A source that cannot list its names may hold any, so the binder asks it for every property that it would
        // read.
        Binder binder = new Binder(name -> null);
        for (Class<?> type : types) {
            String prefix = type.getAnnotation(ConfigurationProperties.class).value();
            binder.bind(prefix, Bindable.of(type), new Recorder());
        }
        for (String other : others) {
            names.put(ConfigurationPropertyName.of(other), false);
        }
    }

    /** Lets the binder descend into records, and adds every other name that it reads. */
    private final class Recorder implements BindHandler {

        @Override
        public <T> @Nullable Bindable<T> onStart(
                ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
            Class<?> type = target.getType().resolve(Object.class);
            if (type.isRecord()) {
                return target;
            }
            names.put(name, Map.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type));
            return null;
        }
    }

    /** Returns all names. */
    Collection<ConfigurationPropertyName> all() {
        return names.keySet();
    }

    /** Returns whether a value of this name is read. */
    boolean contains(ConfigurationPropertyName name) {
        return names.containsKey(name)
                || names.entrySet().stream()
                        .anyMatch(known -> known.getValue() && known.getKey().isAncestorOf(name));
    }

    /** Returns whether this name is the prefix of others. */
    boolean isAbove(ConfigurationPropertyName name) {
        return names.keySet().stream().anyMatch(name::isAncestorOf);
    }

    /** Returns the known name with the fewest edits from another one. */
    ConfigurationPropertyName nearest(ConfigurationPropertyName name) {
        return names.keySet().stream()
                .min(Comparator.comparingInt(known -> EditDistance.between(known.toString(), name.toString())))
                .orElseThrow();
    }

    /** Returns the name that an environment variable misspells; null where it is right or similar to none. */
    @Nullable
    ConfigurationPropertyName misspelled(String variable) {
        String compact = compact(variable);
        for (Map.Entry<ConfigurationPropertyName, Boolean> known : names.entrySet()) {
            String correct = compact(known.getKey().toString());
            if (compact.equals(correct) || known.getValue() && compact.startsWith(correct)) {
                return null;
            }
        }
        ConfigurationPropertyName nearest = names.keySet().stream()
                .min(Comparator.comparingInt(known -> EditDistance.between(compact(known.toString()), compact)))
                .orElseThrow();
        return EditDistance.between(compact(nearest.toString()), compact) <= MAX_EDITS ? nearest : null;
    }

    private static String compact(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
