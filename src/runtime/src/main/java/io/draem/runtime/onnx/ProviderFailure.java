package io.draem.runtime.onnx;

import io.draem.text.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Translates ONNX Runtime's message about a provider that does not work into a sentence with the cause and the remedy. */
final class ProviderFailure {

    private static final Pattern MISSING_LIBRARY =
            Pattern.compile("(lib(?!onnxruntime)[\\w.+-]+\\.so[\\d.]*): cannot open shared object file");
    private static final Pattern CUDA_FAILURE = Pattern.compile("CUDA failure (\\d+)");
    private static final Pattern PATH = Pattern.compile("(?:[A-Za-z]:\\\\|/)[^\\s:]*[/\\\\]");

    private static final String OUT_OF_MEMORY =
            "The GPU has too little free memory: stop what else runs on it, lower draem.inference.max-batch-size, or raise"
                    + " draem.inference.cuda.memory-limit where one is set";

    private ProviderFailure() {}

    /** Returns whether a failure's text says that memory was short. */
    static boolean isOutOfMemory(String text) {
        return text.contains("Failed to allocate memory")
                || text.contains("bad_alloc")
                || text.contains("CUBLAS_STATUS_ALLOC_FAILED")
                || text.contains("CUDNN_STATUS_ALLOC_FAILED");
    }

    /** Returns the sentence for a failure's text; an unknown text is quoted in one line, without its paths. */
    static String explain(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return "The GPU provider does not work here and ONNX Runtime gives no reason";
        }
        Matcher library = MISSING_LIBRARY.matcher(text);
        if (library.find()) {
            return missingLibrary(library.group(1));
        }
        Matcher failure = CUDA_FAILURE.matcher(text);
        if (failure.find()) {
            return cudaFailure(failure.group(1), text);
        }
        if (text.contains("explicitly disabled by the user")) {
            return "Some of the graph would run on the processor, which the strict mode of cuda and tensorrt forbids: set"
                    + " draem.inference.strict=false to allow it";
        }
        if (isOutOfMemory(text)) {
            return OUT_OF_MEMORY;
        }
        if (text.contains("Failed to find CUDA shared provider")
                || text.contains("Failed to find TensorRT shared provider")) {
            return "The GPU provider of ONNX Runtime was not found: either this build has the CPU artifact (build without"
                    + " -Pcpu), or its libraries could not be unpacked (leave 1 GB free in java.io.tmpdir or set"
                    + " -Donnxruntime.native.path)";
        }
        return "The GPU provider does not work here: " + oneLine(text);
    }

    /** Returns the sentence for a platform on which the native library is missing or does not load. */
    static String ofLibrary(String platform, Throwable failure) {
        return NativeLibrary.ONNX_RUNTIME
                .missing(platform)
                .orElseGet(() -> "The native library of ONNX Runtime was not loaded on " + platform + " ("
                        + oneLine(String.valueOf(failure.getMessage()))
                        + "): build on this platform, leave free space in java.io.tmpdir for unpacking it, or set"
                        + " -Donnxruntime.native.path to a folder that holds it");
    }

    /** Returns the sentence for a graph that fails on a provider that works. */
    static String ofGraph(String text) {
        boolean known = CUDA_FAILURE.matcher(text).find()
                || isOutOfMemory(text)
                || text.contains("explicitly disabled by the user");
        return known ? explain(text) : oneLine(text);
    }

    private static String missingLibrary(String library) {
        if (library.startsWith("libcuda.so")) {
            return "The NVIDIA driver (" + library + ") is missing: install it on the host and start the container with"
                    + " access to the GPU (--gpus all, or nvidia.com/gpu in Kubernetes)";
        }
        String piece = library.startsWith("libcudnn")
                ? "cuDNN 9"
                : library.startsWith("libnv") && (library.contains("infer") || library.contains("parser"))
                        ? "TensorRT 10"
                        : "the CUDA 12 runtime";
        return "The library " + library + " of " + piece + " is missing: install it and put its folder on the library"
                + " path (LD_LIBRARY_PATH)";
    }

    private static String cudaFailure(String number, String text) {
        return switch (number) {
            case "2" -> OUT_OF_MEMORY;
            case "35" ->
                "The NVIDIA driver is missing or older than CUDA 12 needs: install driver 525 or later on the host and start"
                        + " the container with access to the GPU";
            case "100" ->
                "The NVIDIA driver sees no GPU: give the container one (--gpus all, or nvidia.com/gpu in Kubernetes)";
            case "101" ->
                "The GPU that draem.inference.devices names does not exist: numbers start at 0 and count the visible GPUs";
            default -> "The GPU provider does not work here: " + oneLine(text);
        };
    }

    static String oneLine(String text) {
        String line = PATH.matcher(text.strip().lines().findFirst().orElse("")).replaceAll("");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }

    /** Throws where there is no driver, which avoids unpacking half a gigabyte of CUDA libraries. */
    static void requireDriver() throws ProviderUnavailableException {
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
        if (linux && !Files.exists(Path.of("/dev/nvidiactl")) && !Files.exists(Path.of("/dev/dxg"))) {
            throw new ProviderUnavailableException(
                    "No NVIDIA driver is visible (its device file is not"
                            + " there): to use a GPU install the driver on the host and give the container access to it;"
                            + " to silence this set draem.inference.provider=cpu",
                    false);
        }
    }
}
