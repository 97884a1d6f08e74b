package io.draem.service.models;

import java.util.List;

/**
 * Tells that the models in service have changed.
 *
 * @param models those in service now
 */
public record ModelsChanged(List<ServedModel> models) {}
