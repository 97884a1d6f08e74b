package io.draem.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A native library and the platforms for which the project's version of it is published. */
public enum NativeLibrary {
    /** Needed by service and trainer. */
    ONNX_RUNTIME("ONNX Runtime", "Linux x86-64", "Linux ARM", "Windows x86-64"),

    /** Needed by the trainer. */
    LIBTORCH("libtorch", "Linux x86-64", "Windows x86-64", "macOS ARM");

    private final String title;
    private final List<String> platforms;

    NativeLibrary(String title, String... platforms) {
        this.title = title;
        this.platforms = List.of(platforms);
    }

    /** Returns the name of the platform that this JVM runs on, such as {@code Linux x86-64}. */
    public static String platform() {
        return platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    static String platform(String system, String processor) {
        String name = system.startsWith("Windows") ? "Windows" : system.startsWith("Mac") ? "macOS" : system;
        return name + " "
                + switch (processor.toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x86-64";
                    case "aarch64", "arm64" -> "ARM";
                    default -> processor;
                };
    }

    /** Returns a sentence that names this platform and what runs on it, if the library is not published for it. */
    public Optional<String> missing() {
        return missing(platform());
    }

    /**
     * Returns the sentence for a platform.
     *
     * @param platform as {@link #platform()} names it
     */
    public Optional<String> missing(String platform) {
        if (platforms.contains(platform)) {
            return Optional.empty();
        }
        String there = ONNX_RUNTIME.platforms.contains(platform)
                ? "only the service runs"
                : "neither the service nor the trainer runs";
        List<String> others = new ArrayList<>(platforms);
        others.retainAll(ONNX_RUNTIME.platforms);
        String last = others.remove(others.size() - 1);
        return Optional.of(title + " has no native library for " + platform + ", where " + there + ": use "
                + String.join(", ", others) + " or " + last);
    }
}
