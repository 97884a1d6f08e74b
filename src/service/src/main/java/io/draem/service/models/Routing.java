package io.draem.service.models;

import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What decides whether the candidate of a model answers a request that names no version.
 *
 * @param key what the client gives with requests that the same version should answer; null for a random choice
 * @param fits returns whether the first model, a candidate, takes the request as the second one does, which serves
 */
public record Routing(@Nullable String key, BiPredicate<ServedModel, ServedModel> fits) {}
