package io.draem.deployment;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Kubernetes object as the chart renders it. */
public record Manifest(Map<?, ?> content) {

    String kind() {
        return (String) content.get("kind");
    }

    /** The value at a path such as {@code spec.containers.0.image}, or null where there is none. */
    @Nullable
    public Object at(String path) {
        Object value = content;
        for (var step : path.split("\\.")) {
            if (value instanceof List<?> list) {
                value = list.get(Integer.parseInt(step));
            } else if (value instanceof Map<?, ?> map) {
                value = map.get(step);
            } else {
                return null;
            }
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> map(String path) {
        return at(path) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    @SuppressWarnings("unchecked")
    public List<Object> list(String path) {
        return at(path) instanceof List<?> list ? (List<Object>) list : List.of();
    }

    @Override
    public String toString() {
        return kind() + " " + at("metadata.name");
    }
}
