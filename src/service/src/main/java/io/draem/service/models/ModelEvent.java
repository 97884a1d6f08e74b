package io.draem.service.models;

import java.util.List;

/** An event about the models, published to Spring's listeners. */
public sealed interface ModelEvent {

    /**
     * The models in service have changed.
     *
     * @param models all versions that are loaded now, grouped by name
     */
    record Changed(List<ServedModel> models) implements ModelEvent {}

    /** A version could not be loaded. */
    record LoadFailed(FailedVersion version) implements ModelEvent {}

    /**
     * A version failed on too many of its runs, and another one serves requests that name no version.
     *
     * @param model the version that failed
     * @param successor the version that replaces it
     */
    record Failover(ServedModel model, ServedModel successor) implements ModelEvent {}
}
