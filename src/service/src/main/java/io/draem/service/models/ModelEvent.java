package io.draem.service.models;

import java.util.List;

/** What is published of the models. */
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
     * A version failed on too many of its runs, and another one answers requests that name no version.
     *
     * @param model the version that failed
     * @param successor the version that answers instead
     */
    record Failover(ServedModel model, ServedModel successor) implements ModelEvent {}
}
