package io.draem.service.models;

/**
 * A version failed on too many of its runs, and another one answers requests that name no version.
 *
 * @param model the version that failed
 * @param successor the version that answers in its place
 */
public record ModelGaveWay(ServedModel model, ServedModel successor) {}
