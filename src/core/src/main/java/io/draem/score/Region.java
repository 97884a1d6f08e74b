package io.draem.score;

import java.util.List;

/**
 * One connected anomalous region, in pixels of the image that it was found in.
 *
 * @param x left edge of the bounding box
 * @param y top edge of the bounding box
 * @param width width of the bounding box
 * @param height height of the bounding box
 * @param area pixels that belong to the region
 * @param centroidX mean column of those pixels (pixel centers, so the first column is 0.5)
 * @param centroidY mean row of those pixels
 * @param peak largest raw map value in the region
 * @param mean mean raw map value in the region
 * @param polygon outline of the region, clockwise, closed (the last point joins the first); empty where outlines are
 *     not requested
 */
public record Region(
        int x,
        int y,
        int width,
        int height,
        int area,
        double centroidX,
        double centroidY,
        double peak,
        double mean,
        List<Point> polygon) {

    public Region {
        polygon = List.copyOf(polygon);
    }

    /** A corner of a pixel grid: (0, 0) is the top left corner of the top left pixel. */
    public record Point(int x, int y) {}
}
