package io.draem.service.models;

/**
 * Tells that an attempt to load a version has failed.
 *
 * @param model the version
 */
public record ModelRefused(RefusedModel model) {}
