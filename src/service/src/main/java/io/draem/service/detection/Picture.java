package io.draem.service.detection;

/**
 * A PNG file.
 *
 * @param width width in pixels
 * @param height height in pixels
 * @param png the file; not copied
 */
public record Picture(int width, int height, byte[] png) {}
