package io.draem.service.models;

import java.util.List;

/**
 * Tells that the models in service have changed.
 *
 * @param models all versions that are loaded now, those of one name beside each other
 */
public record ModelsChanged(List<ServedModel> models) {}
