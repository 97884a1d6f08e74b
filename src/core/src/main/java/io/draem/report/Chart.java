package io.draem.report;

import java.util.Locale;

/** The frame of a chart as inline SVG: title, axes, grid, legend. Colors are CSS classes of the page. */
public final class Chart {

    public static final double WIDTH = 440;
    public static final double HEIGHT = 270;
    public static final double LEFT = 52;
    public static final double RIGHT = WIDTH - 12;
    public static final double TOP = 34;
    public static final double BOTTOM = HEIGHT - 42;

    private static final double LETTER = 7.8;
    private static final double SWATCH = 24;
    private static final double MARK_LINE = 15;

    private final StringBuilder svg = new StringBuilder();
    private double legendEnd = LEFT;
    private int marks;

    /**
     * Begins a chart.
     *
     * @param id of the title, of letters, digits and hyphens; unique on the page
     */
    public Chart(String id, String title, String xLabel, String yLabel, Axis x, Axis y) {
        svg.append(String.format(
                Locale.ROOT,
                "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-labelledby=\"%s\">"
                        + "<title id=\"%s\">%s</title>%n",
                Html.escape(title),
                WIDTH,
                HEIGHT,
                id,
                id,
                Html.escape(title)));
        for (double tick : y.ticks()) {
            line("grid", LEFT, y.at(tick), RIGHT, y.at(tick));
            text("end", LEFT - 6, y.at(tick) + 4, Html.number(round(tick)));
        }
        for (double tick : x.ticks()) {
            line("tick", x.at(tick), BOTTOM, x.at(tick), BOTTOM + 4);
            text("middle", x.at(tick), BOTTOM + 17, Html.number(round(tick)));
        }
        line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
        line("axis", LEFT, TOP, LEFT, BOTTOM);
        text("middle", (LEFT + RIGHT) / 2, HEIGHT - 6, xLabel);
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"middle\" transform=\"translate(13 %.1f) rotate(-90)\">%s</text>%n",
                (TOP + BOTTOM) / 2,
                Html.escape(yLabel)));
    }

    /** Draws a line through the points and names it in the legend. */
    public void curve(String style, String name, Axis x, Axis y, double[] xs, double[] ys) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < xs.length; i++) {
            if (Double.isFinite(ys[i]) && (!y.logarithmic() || ys[i] > 0)) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.at(xs[i]), y.at(ys[i])));
            }
        }
        svg.append("<polyline class=\"line ").append(style).append("\" points=\"");
        svg.append(points.toString().trim()).append("\"/>\n");
        double end = legendEnd + SWATCH;
        line("line " + style, legendEnd, 18, legendEnd + SWATCH - 6, 18);
        legend(name, end);
    }

    /** Names what {@link #bar} draws in a style. */
    public void barLegend(String style, String name) {
        rectangle(style, legendEnd, 12, 12, 12);
        legend(name, legendEnd + 17);
    }

    /** Draws a bar, in pixels of the picture; nothing for one without height. */
    public void bar(String style, double left, double top, double width, double bottom) {
        if (bottom > top) {
            rectangle(style, left, top, width, bottom - top);
        }
    }

    /** Marks a value of the x axis from bottom to top; labels of several are below each other. */
    public void mark(Axis x, double value, String label) {
        double at = x.at(value);
        line("mark", at, TOP - 6, at, BOTTOM);
        boolean left = at > (LEFT + RIGHT) / 2;
        text((left ? "end" : "start") + " strong", at + (left ? -5 : 5), TOP + 4 + MARK_LINE * marks++, label);
    }

    /** Marks a point. */
    public void dot(Axis x, Axis y, double xValue, double yValue) {
        svg.append(String.format(
                Locale.ROOT,
                "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>%n",
                x.at(xValue),
                y.at(yValue)));
    }

    /** Ends the chart; {@code alternative} is the same as a table. */
    public String end(String alternative) {
        return svg + "</svg>" + alternative + "</figure>\n";
    }

    private void legend(String name, double start) {
        text("start", start, 22, name);
        legendEnd = start + LETTER * name.length() + 14;
    }

    private void rectangle(String style, double left, double top, double width, double height) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"bar %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n",
                style,
                left,
                top,
                width,
                height));
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                style,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(String style, double x, double y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n", style, x, y, Html.escape(text)));
    }

    /** Takes off what adding up steps leaves in the last digits. */
    private static double round(double tick) {
        return tick == 0 ? 0 : Double.parseDouble(String.format(Locale.ROOT, "%.8g", tick));
    }
}
