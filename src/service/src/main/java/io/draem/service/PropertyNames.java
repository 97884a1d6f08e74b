package io.draem.service;

import io.draem.text.EditDistance;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** The names that records of properties have, in every spelling that Spring takes for them. */
final class PropertyNames {

    /** The most mistakes in a variable that is still taken for a misspelt one: others may share the prefix. */
    private static final int SLIPS = 2;

    /** Whether anything may follow a name: the key of a map or the place in a list. */
    private final Map<ConfigurationPropertyName, Boolean> names = new LinkedHashMap<>();

    /**
     * @param types records with {@link ConfigurationProperties}
     * @param others names that no record has
     */
    PropertyNames(Collection<Class<?>> types, String... others) {
        for (Class<?> type : types) {
            add(
                    ConfigurationPropertyName.of(
                            type.getAnnotation(ConfigurationProperties.class).value()),
                    type);
        }
        for (String other : others) {
            names.put(ConfigurationPropertyName.of(other), false);
        }
    }

    private void add(ConfigurationPropertyName name, Class<?> type) {
        if (type.isRecord()) {
            RecordComponent[] components = type.getRecordComponents();
            Constructor<?> constructor = constructor(type, components);
            for (int i = 0; i < components.length; i++) {
                Name given = constructor.getParameters()[i].getAnnotation(Name.class);
                String last =
                        given != null ? given.value() : DataObjectPropertyName.toDashedForm(components[i].getName());
                add(name.append(last), components[i].getType());
            }
        } else {
            names.put(name, Map.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type));
        }
    }

    private static Constructor<?> constructor(Class<?> type, RecordComponent[] components) {
        try {
            return type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e); // every record has one
        }
    }

    /** Returns all names. */
    Collection<ConfigurationPropertyName> all() {
        return names.keySet();
    }

    /** Tells whether a value of that name is read. */
    boolean contains(ConfigurationPropertyName name) {
        return names.containsKey(name)
                || names.entrySet().stream()
                        .anyMatch(known -> known.getValue() && known.getKey().isAncestorOf(name));
    }

    /** Tells whether there are names below that one. */
    boolean isAbove(ConfigurationPropertyName name) {
        return names.keySet().stream().anyMatch(name::isAncestorOf);
    }

    /** Returns the name that is spelt most like another. */
    ConfigurationPropertyName nearest(ConfigurationPropertyName name) {
        return names.keySet().stream()
                .min(Comparator.comparingInt(known -> EditDistance.between(known.toString(), name.toString())))
                .orElseThrow();
    }

    /** Returns the name that an environment variable misses by a slip or two; null where it is right, or far off. */
    @Nullable
    ConfigurationPropertyName misspelt(String variable) {
        String compact = compact(variable);
        for (Map.Entry<ConfigurationPropertyName, Boolean> known : names.entrySet()) {
            String right = compact(known.getKey().toString());
            if (compact.equals(right) || known.getValue() && compact.startsWith(right)) {
                return null;
            }
        }
        ConfigurationPropertyName nearest = names.keySet().stream()
                .min(Comparator.comparingInt(known -> EditDistance.between(compact(known.toString()), compact)))
                .orElseThrow();
        return EditDistance.between(compact(nearest.toString()), compact) <= SLIPS ? nearest : null;
    }

    private static String compact(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
