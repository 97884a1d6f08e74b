package io.draem.deployment;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API server's HTTP interface, with every field checked that is written. */
final class KubernetesApi {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final String address;
    private final String token;
    private final HttpClient client;

    KubernetesApi(String address, Path certificate, String token) throws Exception {
        this.address = address;
        this.token = token;
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var bytes = Files.newInputStream(certificate)) {
            int number = 0;
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
                store.setCertificateEntry("certificate-" + number++, each);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder().sslContext(context).build();
    }

    /** What the server says to a request: its status, its warnings and the object. */
    record Answer(int status, List<String> warnings, JsonNode body) {

        @Override
        public String toString() {
            return status + " " + warnings + " " + body.path("message").asString(body.toString());
        }
    }

    boolean isReady() throws IOException, InterruptedException {
        try {
            var request = request("/readyz").build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (ConnectException e) {
            return false; // it does not listen yet
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        var answer = send(request(path).GET());
        if (answer.status != 200) {
            throw new IOException("GET " + path + ": " + answer);
        }
        return answer.body;
    }

    boolean exists(String path) throws IOException, InterruptedException {
        return send(request(path).GET()).status == 200;
    }

    Answer post(String path, Object content) throws IOException, InterruptedException {
        return send(request(path + (path.contains("?") ? "&" : "?") + "fieldValidation=Strict")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(content))));
    }

    /** Makes an object that must be accepted. */
    JsonNode create(String path, Object content) throws IOException, InterruptedException {
        var answer = post(path, content);
        if (answer.status != 201) {
            throw new IOException("POST " + path + ": " + answer);
        }
        return answer.body;
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    Answer merge(String path, Map<String, ?> changes) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(JSON.writeValueAsString(changes))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(), response.headers().allValues("Warning"), JSON.readTree(response.body()));
    }
}
