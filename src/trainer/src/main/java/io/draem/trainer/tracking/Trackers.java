package io.draem.trainer.tracking;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which trackers show a training.
 *
 * @param tensorBoard folder whose subfolders are runs; null for none
 * @param mlflow address of a server; null for none
 */
public record Trackers(@Nullable Path tensorBoard, @Nullable URI mlflow) {

    public static final Trackers NONE = new Trackers(null, null);

    private static final int LARGEST_PORT = 65535;
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /**
     * Returns the trackers of options.
     *
     * @throws IllegalArgumentException for an address that is not one of a server; the message does not hold it, since it may
     *     have a password
     */
    public static Trackers of(@Nullable Path tensorBoard, @Nullable String mlflow) {
        if (mlflow == null) {
            return new Trackers(tensorBoard, null);
        }
        try {
            URI server = URI.create(mlflow);
            if (server.getHost() != null
                    && SCHEMES.contains(String.valueOf(server.getScheme()))
                    && server.getPort() <= LARGEST_PORT
                    && server.getUserInfo() == null
                    && server.getQuery() == null
                    && server.getFragment() == null) {
                return new Trackers(tensorBoard, server);
            }
        } catch (IllegalArgumentException e) {
            // Described below.
        }
        throw new IllegalArgumentException(
                "--mlflow must be the address of a server, such as http://mlflow:5000, and nothing"
                        + " more; name and password, or a token, are read from MLFLOW_TRACKING_USERNAME and"
                        + " MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN");
    }
}
