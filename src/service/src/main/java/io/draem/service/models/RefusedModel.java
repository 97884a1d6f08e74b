package io.draem.service.models;

/**
 * A version that ought to be served and is not.
 *
 * @param name name of the model
 * @param version number of the version
 * @param failure what kind of fault it is
 * @param reason what is wrong with it
 */
public record RefusedModel(String name, int version, LoadFailure failure, String reason) {}
