package io.draem.service.api;

/** Text from outside that goes into an answer: short, and without control characters. */
final class SafeText {

    private static final int MOST = 128;

    private SafeText() {}

    /** Returns the text, each control character or unpaired surrogate as {@code ?}, and no more than {@value #MOST} characters of it. */
    static String of(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().limit(MOST).forEach(point -> safe.appendCodePoint(isSafe(point) ? point : '?'));
        return safe.toString();
    }

    private static boolean isSafe(int point) {
        int type = Character.getType(point);
        // Format characters too: they turn the direction of what stands behind them.
        return type != Character.CONTROL && type != Character.FORMAT && type != Character.SURROGATE;
    }
}
