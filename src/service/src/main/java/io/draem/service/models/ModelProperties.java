package io.draem.service.models;

import com.sun.management.OperatingSystemMXBean;
import io.draem.model.ModelDirectory;
import io.draem.service.startup.StartUpException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/**
 * Location of the models, and which of them are served.
 *
 * @param directory the model directory, {@code <name>/<version>/model.onnx}. Of each name the service serves the
 *     highest version that it can load and that is no candidate
 * @param defaultModel name of the model of requests that name none. Set it when the directory has several models.
 *     Default: the only model, which stays the default when others are added
 * @param control what loads and unloads models after the start. {@code poll}: changes of the directory, within two
 *     scans; {@code explicit}: requests of the Open Inference Protocol's repository extension whose key has the right
 *     {@code admin}; {@code none}: nothing
 * @param pollInterval interval between scans of the directory for new, changed and removed models with {@code poll},
 *     at least 100 ms. A change is loaded when two scans have seen the same file
 * @param maxFileSize largest graph that is loaded; at most 2 GB, the limit of an ONNX file
 * @param versions versions to serve, by name of the model: {@code 3}, or {@code 3,4} side by side, of which the first
 *     serves requests that name no version. Default: the highest version that can be loaded
 * @param maxFailedShare a version that fails on a larger share of its last 50 runs (at least 10) is suspended, and the
 *     highest lower version that can be served, or the next of {@code versions}, replaces it; 0 to 1, 1 for never
 * @param sha256 SHA-256 digest that a graph must have, by {@code <name>.<version>}, or by {@code <name>} for all its
 *     versions
 * @param loading {@code eager}: all models are opened and warmed up before the service is ready; {@code on-demand}: each
 *     is checked at the start and opened by its first request, and those that have not been used for the longest time
 *     are closed for others. For many models of which few are used at a time
 * @param memoryBudget memory for open models with {@code on-demand}, each counted as twice the size of its graph and its
 *     inputs. Default: a third of what the JVM's heap leaves of the memory of the container; set it on a GPU, to a share
 *     of the GPU's memory
 * @param keepOpen names of models that are opened at the start and stay open with {@code on-demand}
 */
@ConfigurationProperties("draem.models")
public record ModelProperties(
        @DefaultValue("models") Path directory,
        @Name("default") @Nullable String defaultModel,
        @DefaultValue("poll") Control control,
        @DefaultValue("10s") Duration pollInterval,
        @DefaultValue("2GB") DataSize maxFileSize,
        @DefaultValue Map<String, List<Integer>> versions,
        @DefaultValue("0.5") double maxFailedShare,
        @DefaultValue Map<String, String> sha256,
        @DefaultValue("eager") Loading loading,
        @Nullable DataSize memoryBudget,
        @DefaultValue Set<String> keepOpen) {

    private static final Pattern SHA256 = Pattern.compile("(sha256:)?[0-9a-fA-F]{64}");
    private static final long LEAST_BUDGET = 64 << 20;
    private static final Duration SHORTEST = Duration.ofMillis(100);

    /** What loads and unloads models after the start, as in Triton Inference Server. */
    public enum Control {
        POLL,
        EXPLICIT,
        NONE
    }

    /** When the sessions of models are opened. */
    public enum Loading {
        EAGER,
        ON_DEMAND
    }

    public ModelProperties {
        keepOpen = Set.copyOf(keepOpen);
        if (loading == Loading.EAGER && (memoryBudget != null || !keepOpen.isEmpty())) {
            throw new IllegalArgumentException("draem.models.memory-budget and draem.models.keep-open are for"
                    + " draem.models.loading=on-demand: set that, or leave them out");
        }
        if (memoryBudget != null && memoryBudget.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "draem.models.memory-budget must be a positive size, as 4GB, got " + memoryBudget);
        }
        versions = Map.copyOf(versions);
        sha256 = Map.copyOf(sha256);
        if (pollInterval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("draem.models.poll-interval must be at least 100ms, got " + pollInterval
                    + ": set draem.models.control=none for no scans");
        }
        if (maxFileSize.toBytes() < 1 || maxFileSize.compareTo(DataSize.ofGigabytes(2)) > 0) {
            throw new IllegalArgumentException(
                    "draem.models.max-file-size must be between 1B and 2GB, got " + maxFileSize);
        }
        if (!(maxFailedShare >= 0 && maxFailedShare <= 1)) {
            throw new IllegalArgumentException(
                    "draem.models.max-failed-share must be 0 to 1 (1: never), got " + maxFailedShare);
        }
        versions.forEach((name, numbers) -> {
            if (numbers.isEmpty()
                    || numbers.stream().anyMatch(number -> number < 1 || number > ModelDirectory.MAX_VERSION)) {
                throw new IllegalArgumentException("draem.models.versions." + name + " must be versions from 1 to "
                        + ModelDirectory.MAX_VERSION + ", got " + numbers);
            }
        });
        sha256.forEach((key, digest) -> {
            if (!SHA256.matcher(digest).matches()) {
                throw new IllegalArgumentException(
                        "draem.models.sha256." + key + " must be 64 hexadecimal digits, got '" + digest + "'");
            }
        });
    }

    /** Returns the largest sum of the memory of open models, in bytes. */
    long budget() {
        if (loading == Loading.EAGER) {
            return Long.MAX_VALUE;
        }
        if (memoryBudget != null) {
            return memoryBudget.toBytes();
        }
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return Math.max(1, (memory - Runtime.getRuntime().maxMemory()) / 4 * 3);
    }

    /**
     * Checks that the models that properties name are served.
     *
     * @param names names of the models that are served
     * @param failures why others are not, to be appended to a sentence
     * @throws StartUpException if one is not
     */
    void requireServed(List<String> names, String failures) {
        if (defaultModel != null && !names.contains(defaultModel)) {
            throw new StartUpException(
                    "draem.models.default is '" + defaultModel + "', but served are " + names,
                    "Name one of them, or leave the property out");
        }
        List<String> missing =
                keepOpen.stream().filter(name -> !names.contains(name)).sorted().toList();
        if (!missing.isEmpty()) {
            throw new StartUpException(
                    "draem.models.keep-open has " + missing + ", but served are " + names,
                    "Name only models that are served" + failures);
        }
    }

    /** Returns the required digest of a graph, {@code sha256:} and lower-case digits; null if there is none. */
    @Nullable
    String requiredDigest(String name, int version) {
        String digest = sha256.getOrDefault(name + "." + version, sha256.get(name));
        return digest == null ? null : "sha256:" + digest.replace("sha256:", "").toLowerCase(Locale.ROOT);
    }
}
