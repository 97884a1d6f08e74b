package io.draem.service.detection;

/**
 * A picture that a caller asked for.
 *
 * @param width width in pixels
 * @param height height in pixels
 * @param data a PNG file, or for {@link Include#MAP_FLOAT32} the values alone; not copied
 */
public record Picture(int width, int height, byte[] data) {}
