package io.draem.batch.model;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * A graph that every executor gets once.
 *
 * @param graph the bytes of its files
 * @param digest SHA-256 of the graph followed by its files with weights, in hex, which an executor checks before it opens
 *     them
 * @param name of the model
 * @param version number of the folder that the graph was in; null if it is none of a model directory
 * @param maxBatchSize largest batch of a run
 */
public record ShippedModel(
        Broadcast<GraphFiles> graph,
        String digest,
        String name,
        @Nullable String version,
        int maxBatchSize) implements Serializable {}
