package io.draem.image;

/** What the samples of a TIFF mean: its photometric interpretation, as far as it is supported. */
enum TiffPhotometric {
    WHITE_IS_ZERO(1),
    BLACK_IS_ZERO(1),
    RGB(3),
    /** Indices of a palette. */
    PALETTE(1),
    /** Cyan, magenta, yellow and black, where 0 is no ink. */
    CMYK(4),
    /** Read by the codec alone. */
    YCBCR(3);

    private static final int INK_SET = 332;
    private static final int CMYK_INKS = 1;

    private final int colors;

    TiffPhotometric(int colors) {
        this.colors = colors;
    }

    /** Returns the samples of a pixel without alpha. */
    int colors() {
        return colors;
    }

    /** Returns whether alpha that multiplied the samples is divided out. */
    boolean dividesAlpha() {
        return this == WHITE_IS_ZERO || this == BLACK_IS_ZERO || this == RGB;
    }

    /**
     * Returns the interpretation of a code.
     *
     * @param samples samples per pixel
     * @param bits bits per sample
     * @throws ImageException.Unsupported if it is not supported with that many samples and bits
     */
    static TiffPhotometric of(long code, TiffDirectory directory, int samples, int bits)
            throws ImageException.Unsupported {
        TiffPhotometric known = switch ((int) Math.min(code, 65536)) {
            case 0 -> WHITE_IS_ZERO;
            case 1 -> BLACK_IS_ZERO;
            case 2 -> RGB;
            case 3 -> PALETTE;
            case 5 -> CMYK;
            case 6 -> YCBCR;
            default -> throw unsupported(unknown(code), samples, bits);
        };
        boolean supported = switch (known) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> samples <= 2;
            case RGB -> samples >= 3;
            case PALETTE -> samples <= 2 && bits <= 8;
            case CMYK -> samples >= 4 && (bits == 8 || bits == 16) && directory.value(INK_SET, CMYK_INKS) == CMYK_INKS;
            case YCBCR -> samples == 3 && bits == 8;
        };
        if (!supported) {
            throw unsupported(known.description(), samples, bits);
        }
        return known;
    }

    private String description() {
        return switch (this) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> "in gray";
            case RGB -> "in RGB";
            case PALETTE -> "with a palette";
            case CMYK -> "of inks";
            case YCBCR -> "in YCbCr";
        };
    }

    private static String unknown(long code) {
        return switch ((int) Math.min(code, 65536)) {
            case 8, 9, 10 -> "in CIELab";
            case 32803 -> "of raw samples behind a color filter (Bayer)";
            default -> "of photometric interpretation " + code;
        };
    }

    private static ImageException.Unsupported unsupported(String kind, int samples, int bits) {
        return TiffPage.unsupported(
                kind + " with " + samples + " samples of " + bits + " bits per pixel",
                "save it in gray, RGB or CMYK with 8 or 16 bits per sample");
    }
}
