package io.draem.service.models;

/**
 * A version in the model directory that is not served.
 *
 * @param name name of the model
 * @param version number of the version
 * @param reason what is wrong with it
 */
public record RefusedModel(String name, int version, String reason) {}
