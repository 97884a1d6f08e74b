package io.draem.model;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Layout of a model directory: {@code <name>/<version>/model.onnx}. */
public final class ModelDirectory {

    /** File name of the graph of a version. */
    public static final String GRAPH = "model.onnx";

    /** Highest version. */
    public static final int MAX_VERSION = 999_999_999;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

    private ModelDirectory() {}

    /** Returns whether a folder of this name can hold a model: ASCII letters, digits, dot, underscore and hyphen, 64 at most. */
    public static boolean isName(String folder) {
        return NAME.matcher(folder).matches();
    }

    /** Returns whether a folder of this name can hold a version: a whole number from 1 to {@link #MAX_VERSION}, without leading zeros. */
    public static boolean isVersion(String folder) {
        return VERSION.matcher(folder).matches();
    }

    /** Returns the number of the version in a folder of this name; empty if it cannot hold one. */
    public static OptionalInt version(String folder) {
        return isVersion(folder) ? OptionalInt.of(Integer.parseInt(folder)) : OptionalInt.empty();
    }
}
