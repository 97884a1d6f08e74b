package io.draem.overlay;

/**
 * Colors for how anomalous a pixel is: yellow at the threshold, through orange, to red.
 *
 * <p>They are the warm end of Turbo, whose lightness falls evenly there, by the polynomial that its authors give
 * (Mikhailov, "Turbo, An Improved Rainbow Colormap for Visualization", Google 2019; fit by R. Du, Apache-2.0).
 */
final class HeatColors {

    private static final double[] RED = {0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943
    };
    private static final double[] GREEN = {0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604};
    private static final double[] BLUE = {0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973
    };

    private static final double YELLOW_AT = 0.62;
    private static final double RED_AT = 0.92;

    private HeatColors() {}

    /** Returns {@code 0xRRGGBB} for 0 (at the threshold) to 1. */
    static int of(double heat) {
        double x = YELLOW_AT + heat * (RED_AT - YELLOW_AT);
        return channel(RED, x) << 16 | channel(GREEN, x) << 8 | channel(BLUE, x);
    }

    private static int channel(double[] polynomial, double x) {
        double value = 0;
        for (int power = polynomial.length - 1; power >= 0; power--) {
            value = value * x + polynomial[power];
        }
        return (int) Math.round(255 * Math.min(1, Math.max(0, value)));
    }
}
