package io.draem.image;

/**
 * What an image says of itself before any pixel is decoded.
 *
 * @param format format by its first bytes
 * @param width pixels in a row as stored, before the EXIF orientation is applied
 * @param height rows as stored, before the EXIF orientation is applied
 */
public record ImageHeader(ImageFormat format, int width, int height) {}
