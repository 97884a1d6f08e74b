package io.draem.service.models;

import io.draem.model.ModelDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/**
 * Location of the models, and which of them are served.
 *
 * @param directory directory of {@code <name>/<version>/model.onnx}
 * @param defaultModel name of the model of requests that name none; by default the only one in the directory, which stays
 *     the default when others are added
 * @param pollInterval interval between scans of the directory for new, changed and removed models; 0 for never. A file is
 *     loaded once two scans agree
 * @param maxFileSize larger graphs are refused; at most 2 GB, the limit of an ONNX file
 * @param versions the versions to serve, by name of the model ({@code 3}, or {@code 3,4}: the first serves requests that
 *     name none); of models that are not listed, the highest that can be served
 * @param maxFailedShare a version that fails on a larger share of its last 50 runs (at least 10) fails over to the
 *     highest lower version that can be served, or to the next of {@code versions}; 0 to 1, 1 for never
 * @param sha256 the digest that a graph must have, by {@code <name>.<version>} or {@code <name>} for all versions
 */
@ConfigurationProperties("draem.models")
public record ModelProperties(
        @DefaultValue("models") Path directory,
        @Name("default") @Nullable String defaultModel,
        @DefaultValue("10s") Duration pollInterval,
        @DefaultValue("2GB") DataSize maxFileSize,
        @DefaultValue Map<String, List<Integer>> versions,
        @DefaultValue("0.5") double maxFailedShare,
        @DefaultValue Map<String, String> sha256) {

    private static final Pattern SHA256 = Pattern.compile("(sha256:)?[0-9a-fA-F]{64}");
    private static final Duration SHORTEST = Duration.ofMillis(100);

    public ModelProperties {
        versions = Map.copyOf(versions);
        sha256 = Map.copyOf(sha256);
        if (!pollInterval.isZero() && pollInterval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "draem.models.poll-interval must be 0 (never) or at least 100ms, got " + pollInterval);
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

    /** Returns the required digest of a graph, {@code sha256:} and lower-case digits; null if there is none. */
    @Nullable
    String requiredDigest(String name, int version) {
        String digest = sha256.getOrDefault(name + "." + version, sha256.get(name));
        return digest == null ? null : "sha256:" + digest.replace("sha256:", "").toLowerCase(Locale.ROOT);
    }
}
