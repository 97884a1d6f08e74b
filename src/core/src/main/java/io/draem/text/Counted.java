package io.draem.text;

/** Numbers of things in sentences. */
public final class Counted {

    private Counted() {}

    /** Returns {@code 1 image} or {@code 2 images}: the plural ends with an s. */
    public static String of(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    /** Returns the verb of a number of things: {@code is} or {@code are}, say. */
    public static String verb(long count, String ofOne, String ofMany) {
        return count == 1 ? ofOne : ofMany;
    }
}
