package io.draem.trainer.tracking;

import io.draem.text.SafeText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Exchanges JSON with a server. Each request is bounded in time, and its answer in bytes; what the server does not do is a
 * {@link Refused} with its reason.
 *
 * <p>Name and password, or a token, are those of {@code MLFLOW_TRACKING_USERNAME}, {@code MLFLOW_TRACKING_PASSWORD} and
 * {@code MLFLOW_TRACKING_TOKEN}, as of MLflow's own clients.
 */
final class MlflowHttp {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final int LONGEST_REASON = 300;
    private static final int NOT_DONE = 300;
    private static final int CLIENT_ERRORS = 400;
    private static final int SERVER_ERRORS = 500;
    private static final Set<Integer> PASSING = Set.of(401, 403, 408, 429);

    private final String server;
    private final @Nullable String authorization;

    /** What a server may quote and no log may hold. */
    private final List<String> secrets;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER) // the token would go along
            .build();

    /** An answer other than success. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        private final int status;

        Refused(int status, String reason) {
            super("status " + status + (reason.isBlank() ? "" : ": " + reason));
            this.status = status;
        }

        /** Returns the status of the answer. */
        int status() {
            return status;
        }

        /** Returns whether the server never does it: not for want of a right, a time or a moment's rest. */
        boolean isFinal() {
            return status >= CLIENT_ERRORS && status < SERVER_ERRORS && !PASSING.contains(status);
        }
    }

    /**
     * Makes a client.
     *
     * @param server the address that MLflow's own clients take, such as {@code http://mlflow:5000}
     * @param environment variables of this process
     * @throws IOException if a variable holds what no request can carry; the message names the variable alone
     */
    MlflowHttp(URI server, Map<String, String> environment) throws IOException {
        this.server = server.toString().replaceFirst("/+$", "");
        String name = variable(environment, "MLFLOW_TRACKING_USERNAME");
        String password = variable(environment, "MLFLOW_TRACKING_PASSWORD");
        String token = variable(environment, "MLFLOW_TRACKING_TOKEN");
        byte[] both = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
        String basic = Base64.getEncoder().encodeToString(both);
        secrets = Stream.of(password, token, basic)
                .filter(secret -> !secret.isEmpty())
                .toList();
        authorization =
                !name.isEmpty() && !password.isEmpty() ? "Basic " + basic : token.isEmpty() ? null : "Bearer " + token;
    }

    private static String variable(Map<String, String> environment, String name) throws IOException {
        String value = environment.getOrDefault(name, "").replaceFirst("[\r\n]+$", ""); // of a file that was read
        if (!value.matches("\\p{Print}*")) {
            throw new IOException(name + " holds a control character, or one that is not in ASCII");
        }
        return value;
    }

    /** Returns the answer to a request of JSON; GET without a body. */
    JsonNode exchange(String method, String path, @Nullable BodyPublisher body, Duration limit) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .version(HttpClient.Version.HTTP_1_1) // what MLflow's server speaks
                .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : body);
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        if (method.equals("POST")) {
            request.header("Content-Type", "application/json");
        }
        return json(send(request, limit));
    }

    /** Sends a request; the limit is of the answer's body too, which that of the JDK is not. */
    private HttpResponse<String> send(HttpRequest.Builder request, Duration limit) throws IOException {
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request.build(), response -> new BoundedBody());
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }

    private JsonNode json(HttpResponse<String> response) throws IOException {
        JsonNode json = parsed(response.body());
        int status = response.statusCode();
        if (status >= NOT_DONE) {
            String message = json.path("message").asString("");
            String reason = message.isEmpty() ? response.body() : message;
            for (String secret : secrets) {
                reason = reason.replace(secret, "***");
            }
            throw new Refused(status, SafeText.of(reason, LONGEST_REASON));
        }
        if (!json.isObject() && !response.request().method().equals("PUT")) { // whose answers may be empty
            throw new IOException("its answer is not MLflow's: is it MLflow's address?");
        }
        return json;
    }

    private static JsonNode parsed(String body) {
        try {
            return JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            return JsonMapper.shared().missingNode();
        }
    }
}
