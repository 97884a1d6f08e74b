package io.draem.trainer.tracking;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Requests of <a href="https://mlflow.org/docs/latest/rest-api.html">MLflow's REST API</a>. */
final class MlflowClient {

    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);

    /** What older servers accept in one request. */
    static final int MOST_METRICS = 1000;

    private static final int MOST_PARAMETERS = 100;
    private static final int LONGEST_PARAMETER = 500;
    private static final int LONGEST_TAG = 5000;
    private static final int NOT_FOUND = 404;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,256}");

    /** A run that is created and not known of would be there a second time. */
    private static final Duration CREATE_LIMIT = Duration.ofMinutes(2);

    private final MlflowHttp http;

    /**
     * A run.
     *
     * @param artifacts address of its files
     */
    record Run(String id, String artifacts) {}

    /**
     * A value at a step.
     *
     * @param time of day in milliseconds since 1970
     */
    record Metric(String key, double value, long time, long step) {}

    /**
     * Makes a client.
     *
     * @param server the address that MLflow's own clients take, such as {@code http://mlflow:5000}
     * @param environment variables of this process
     * @throws IOException if a variable holds what no request can carry; the message names the variable alone
     */
    MlflowClient(URI server, Map<String, String> environment) throws IOException {
        http = new MlflowHttp(server, environment);
    }

    /** Creates a run, and its experiment if there is none of that name. */
    Run create(String experiment, String name, Map<String, String> tags, long time) throws IOException {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("experiment_id", experiment(experiment));
        body.put("run_name", name).put("start_time", time);
        put(body.putArray("tags"), tags.entrySet(), LONGEST_TAG);
        return run(post("runs/create", body, CREATE_LIMIT).at("/run/info"));
    }

    /** Marks a run as running again. */
    Run resume(String run) throws IOException {
        return run(post("runs/update", body(run).put("status", "RUNNING")).path("run_info"));
    }

    private static Run run(JsonNode info) throws IOException {
        String id = info.path("run_id").asString("");
        if (!ID.matcher(id).matches()) {
            throw new IOException("its answer names no run: is it MLflow's address?");
        }
        return new Run(id, info.path("artifact_uri").asString(""));
    }

    /** Logs parameters, long ones cut off. */
    void parameters(String run, Map<String, String> parameters) throws IOException {
        List<Map.Entry<String, String>> all = List.copyOf(parameters.entrySet());
        for (int from = 0; from < all.size(); from += MOST_PARAMETERS) {
            ObjectNode body = body(run);
            int to = Math.min(all.size(), from + MOST_PARAMETERS);
            put(body.putArray("params"), all.subList(from, to), LONGEST_PARAMETER);
            post("runs/log-batch", body);
        }
    }

    /** Logs at most {@value #MOST_METRICS} metrics. */
    void metrics(String run, List<Metric> metrics) throws IOException {
        ObjectNode body = body(run);
        ArrayNode array = body.putArray("metrics");
        for (Metric metric : metrics) {
            array.addObject()
                    .put("key", metric.key())
                    .put("value", metric.value())
                    .put("timestamp", metric.time())
                    .put("step", metric.step());
        }
        post("runs/log-batch", body);
    }

    /** Shows files of the run as a model. */
    void model(String run, ObjectNode description) throws IOException {
        post("runs/log-model", body(run).put("model_json", description.toString()));
    }

    void end(String run, Tracker.Ending ending, long time) throws IOException {
        String status = switch (ending) {
            case PUBLISHED -> "FINISHED";
            case STOPPED -> "KILLED";
            case FAILED -> "FAILED";
        };
        post("runs/update", body(run).put("status", status).put("end_time", time));
    }

    /**
     * Uploads a file of a run through the server.
     *
     * @param path below the server's artifacts
     * @param limit of the whole request
     */
    void upload(String path, MlflowModel.Content content, Duration limit) throws IOException {
        String encoded = encoded(path).replace("%2F", "/");
        http.exchange("PUT", "/api/2.0/mlflow-artifacts/artifacts/" + encoded, content.open(), limit);
    }

    private static ObjectNode body(String run) {
        return JsonMapper.shared().createObjectNode().put("run_id", run);
    }

    private static void put(ArrayNode array, Collection<Map.Entry<String, String>> values, int longest) {
        for (Map.Entry<String, String> one : values) {
            String value = one.getValue();
            array.addObject()
                    .put("key", one.getKey())
                    .put("value", value.substring(0, Math.min(longest, value.length())));
        }
    }

    private String experiment(String name) throws IOException {
        try {
            String path = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=" + encoded(name);
            return http.exchange("GET", path, null, REQUEST_LIMIT)
                    .at("/experiment/experiment_id")
                    .asString("");
        } catch (MlflowHttp.Refused e) {
            if (e.status() != NOT_FOUND) {
                throw e;
            }
        }
        ObjectNode body = JsonMapper.shared().createObjectNode().put("name", name);
        return post("experiments/create", body).path("experiment_id").asString("");
    }

    private JsonNode post(String method, ObjectNode body) throws IOException {
        return post(method, body, REQUEST_LIMIT);
    }

    private JsonNode post(String method, ObjectNode body, Duration limit) throws IOException {
        return http.exchange("POST", "/api/2.0/mlflow/" + method, BodyPublishers.ofString(body.toString()), limit);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
