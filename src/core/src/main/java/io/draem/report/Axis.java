package io.draem.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts values on a stretch of the picture.
 *
 * @param min value at {@code from}
 * @param max value at {@code to}
 * @param logarithmic whether equal factors are equally long
 * @param from where the stretch begins, in pixels
 * @param to where it ends; below {@code from} for an axis that points up
 */
public record Axis(double min, double max, boolean logarithmic, double from, double to) {

    private static final int TICKS = 5;

    /** Returns an axis of equal steps over at least these values. */
    public static Axis linear(double min, double max, double from, double to) {
        return max > min ? new Axis(min, max, false, from, to) : new Axis(min - 0.5, min + 0.5, false, from, to);
    }

    /** Returns an axis of equal factors; values must be above 0. */
    public static Axis logarithmic(double min, double max, double from, double to) {
        return new Axis(min / 1.1, Math.max(max, min) * 1.1, true, from, to);
    }

    /** Returns where a value is, in pixels; values outside of the axis are at its ends. */
    public double at(double value) {
        double share = logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
        return from + Math.min(1, Math.max(0, share)) * (to - from);
    }

    /** Returns round values to label, about five. */
    List<Double> ticks() {
        return logarithmic ? logarithmicTicks() : linearTicks();
    }

    private List<Double> linearTicks() {
        double step = Math.pow(10, Math.floor(Math.log10((max - min) / TICKS)));
        while ((max - min) / step > TICKS + 1) {
            step *= (max - min) / step > 4 * TICKS ? 5 : 2;
        }
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(min / step - 1e-9); i * step <= max + 1e-9 * step; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private List<Double> logarithmicTicks() {
        double decades = Math.log10(max / min);
        double[] digits =
                decades > 2.5 ? new double[] {1} : decades > 1.2 ? new double[] {1, 3} : new double[] {1, 2, 5};
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(min)); power <= Math.log10(max); power++) {
            for (double digit : digits) {
                double tick = digit * Math.pow(10, power);
                if (tick >= min && tick <= max) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }
}
