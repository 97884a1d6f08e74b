package io.draem.service.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Open Inference Protocol, form by form; what {@code /v1/detect} says of an image is the measure. */
class ProtocolHttpTests extends HttpTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String JSON_LENGTH = "Inference-Header-Content-Length";
    private static final String MODEL = "/v2/models/" + TestModels.name();
    private static final String INFER = MODEL + "/infer";

    private int height;
    private int width;

    @BeforeEach
    void readShape() throws Exception {
        JsonNode shape = Http.json(http.get(MODEL)).at("/inputs/0/shape");
        height = shape.get(2).asInt();
        width = shape.get(3).asInt();
    }

    @Test
    void describesTheServerAndTheModel() throws Exception {
        JsonNode server = Http.json(http.get("/v2"));
        assertThat(server.get("name").asString()).isEqualTo("draem");
        assertThat(server.get("extensions").get(0).asString()).isEqualTo("binary_tensor_data");
        for (String path : new String[] {MODEL, MODEL + "/versions/1"}) {
            JsonNode model = Http.json(http.get(path));
            assertThat(model.get("name").asString()).isEqualTo(TestModels.name());
            assertThat(model.get("versions").toString()).isEqualTo("[\"1\"]");
            assertThat(model.get("platform").asString()).isEqualTo("onnx_onnxv1");
            assertThat(model.get("inputs").toString())
                    .isEqualTo("[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[-1,3,%d,%d]}]"
                            .formatted(height, width));
            assertThat(model.at("/outputs/0/name").asString()).isEqualTo("pred_score");
            assertThat(model.at("/outputs/1/name").asString()).isEqualTo("anomaly_map");
        }
    }

    @Test
    void saysThatItIsAliveAndReady() throws Exception {
        assertThat(Http.text(http.get("/v2/health/live"))).isEqualTo("{\"live\":true}");
        assertThat(Http.text(http.get("/v2/health/ready"))).isEqualTo("{\"ready\":true}");
        assertThat(http.get(MODEL + "/ready").statusCode()).isEqualTo(200);
        assertThat(http.get(MODEL + "/versions/1/ready").statusCode()).isEqualTo(200);
        assertThat(http.get(MODEL + "/versions/7/ready").statusCode()).isEqualTo(404);
        assertThat(http.get("/v2/models/cake/ready").statusCode()).isEqualTo(404);
    }

    @Test
    void examinesAnImageInBase64WithAndWithoutAVersion() throws Exception {
        double expected = detect(TestModels.broken());
        String body = "{\"id\":\"a b\",\"inputs\":[" + base64(TestModels.broken()) + "]}";
        for (String path : new String[] {INFER, MODEL + "/versions/1/infer"}) {
            JsonNode answer = answer(infer(path, body));
            assertThat(answer.get("id").asString()).isEqualTo("a b");
            assertThat(answer.get("model_name").asString()).isEqualTo(TestModels.name());
            assertThat(answer.get("model_version").asString()).isEqualTo("1");
            JsonNode score = answer.at("/outputs/0");
            assertThat(score.get("shape").toString()).isEqualTo("[1]");
            assertThat(score.get("data").get(0).asDouble()).isCloseTo(expected, within(1e-6));
            JsonNode map = answer.at("/outputs/1");
            assertThat(map.get("name").asString()).isEqualTo("anomaly_map");
            assertThat(map.get("shape").toString()).isEqualTo("[1,%d,%d]".formatted(height, width));
            assertThat(map.get("data").size()).isEqualTo(height * width);
        }
    }

    @Test
    void takesTheTensorInEachFormAndGivesTheSameAnswer() throws Exception {
        float[] tensor = tensor(TestModels.broken());
        String shape = "[1,3," + height + "," + width + "]";
        String description = "{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":" + shape;
        String flat = Arrays.toString(tensor);

        JsonNode json = answer(infer(INFER, "{\"inputs\":[" + description + ",\"data\":" + flat + "}]}"));
        assertThat(json.at("/outputs/0/data/0").asDouble()).isCloseTo(detect(TestModels.broken()), within(1e-6));

        JsonNode nested =
                answer(infer(INFER, "{\"inputs\":[{\"data\":[[" + flat + "]]," + description.substring(1) + "}]}"));
        assertThat(nested.get("outputs")).isEqualTo(json.get("outputs"));

        byte[] bytes = bytes(tensor);
        JsonNode sized = answer(inferBinary(
                "{\"inputs\":[" + description + ",\"parameters\":{\"binary_data_size\":" + bytes.length + "}}]}",
                bytes));
        assertThat(sized.get("outputs")).isEqualTo(json.get("outputs"));

        JsonNode unsized = answer(inferBinary("{\"inputs\":[" + description + "}]}", bytes));
        assertThat(unsized.get("outputs")).isEqualTo(json.get("outputs"));

        JsonNode raw = answer(inferBinary("", bytes));
        assertThat(raw.get("outputs")).isEqualTo(json.get("outputs"));
    }

    @Test
    void examinesImagesOfAllSizesBehindTheJsonInTheirOrder() throws Exception {
        byte[] broken = Files.readAllBytes(TestModels.broken());
        byte[] good = Files.readAllBytes(TestModels.good());
        ByteBuffer binary =
                ByteBuffer.allocate(3 * 4 + 2 * broken.length + good.length).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] image : new byte[][] {broken, good, broken}) {
            binary.putInt(image.length).put(image);
        }
        JsonNode answer = answer(inferBinary(
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[3],\"parameters\":{\"binary_data_size\":"
                        + binary.capacity() + "}}],\"outputs\":[{\"name\":\"pred_score\"}]}",
                binary.array()));
        assertThat(answer.get("outputs").size()).isEqualTo(1);
        JsonNode scores = answer.at("/outputs/0/data");
        assertThat(scores.get(0).asDouble()).isCloseTo(detect(TestModels.broken()), within(1e-6));
        assertThat(scores.get(1).asDouble()).isCloseTo(detect(TestModels.good()), within(1e-6));
        assertThat(scores.get(2)).isEqualTo(scores.get(0));
    }

    @Test
    void takesWhatFollowsTheJsonAsOneImageWhereNoSizeIsNamed() throws Exception {
        JsonNode answer = answer(inferBinary(
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1]}]}",
                Files.readAllBytes(TestModels.good())));
        assertThat(answer.at("/outputs/0/data/0").asDouble()).isCloseTo(detect(TestModels.good()), within(1e-6));
    }

    @Test
    void givesEachOutputInTheFormThatIsAskedFor() throws Exception {
        String inputs = "{\"inputs\":[" + base64(TestModels.good()) + "]";
        JsonNode json = answer(infer(INFER, inputs + "}"));
        HttpResponse<byte[]> mixed = infer(
                INFER,
                inputs + ",\"parameters\":{\"binary_data_output\":true},\"outputs\":[{\"name\":\"anomaly_map\"},"
                        + "{\"name\":\"pred_score\",\"parameters\":{\"binary_data\":false}}]}");
        int length = Integer.parseInt(mixed.headers().firstValue(JSON_LENGTH).orElseThrow());
        JsonNode header = JSON.readTree(Arrays.copyOf(mixed.body(), length));
        assertThat(header.at("/outputs/0/name").asString()).isEqualTo("anomaly_map");
        assertThat(header.at("/outputs/0").has("data")).isFalse();
        assertThat(header.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(4 * height * width);
        assertThat(header.at("/outputs/1/data")).isEqualTo(json.at("/outputs/0/data"));
        ByteBuffer map = ByteBuffer.wrap(mixed.body(), length, mixed.body().length - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(map.remaining()).isEqualTo(4 * height * width);
        for (JsonNode value : json.at("/outputs/1/data")) {
            assertThat(map.getFloat()).isEqualTo((float) value.asDouble());
        }
    }

    @Test
    void givesTheReconstructionWhereItIsAskedFor() throws Exception {
        JsonNode answer = answer(infer(
                INFER, "{\"outputs\":[{\"name\":\"reconstruction\"}],\"inputs\":[" + base64(TestModels.good()) + "]}"));
        assertThat(answer.at("/outputs/0/shape").toString()).isEqualTo("[1,3,%d,%d]".formatted(height, width));
        assertThat(answer.at("/outputs/0/data").size()).isEqualTo(3 * height * width);
    }

    @Test
    void takesAndGivesCompressedBodies() throws Exception {
        byte[] body = ("{\"inputs\":[" + base64(TestModels.good()) + "]}").getBytes(StandardCharsets.UTF_8);
        JsonNode plain = answer(http.post(INFER, "application/json", body));
        for (String coding : new String[] {"gzip", "deflate"}) {
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (OutputStream out =
                    coding.equals("gzip") ? new GZIPOutputStream(compressed) : new DeflaterOutputStream(compressed)) {
                out.write(body);
            }
            JsonNode answer =
                    answer(http.post(INFER, "application/json", compressed.toByteArray(), "Content-Encoding", coding));
            assertThat(answer.get("outputs")).isEqualTo(plain.get("outputs"));
        }
        HttpResponse<byte[]> gzip = http.post(INFER, "application/json", body, "Accept-Encoding", "gzip");
        assertThat(gzip.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(JSON.readTree(new GZIPInputStream(new ByteArrayInputStream(gzip.body())))
                        .get("outputs"))
                .isEqualTo(plain.get("outputs"));
    }

    @Test
    void refusesWhatGrowsTooMuchWhenDecompressed() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bomb)) {
            out.write(new byte[32 << 20]);
        }
        isError(
                http.post(INFER, "application/json", bomb.toByteArray(), "Content-Encoding", "gzip"),
                413,
                "times larger when decompressed");
        isError(http.post(INFER, "application/json", new byte[9], "Content-Encoding", "gzip"), 400, "gzip");
        isError(http.post(INFER, "application/json", new byte[9], "Content-Encoding", "br"), 415, "send gzip, deflate");
    }

    @Test
    void saysWhatIsWrongInTheFormOfTheProtocol() throws Exception {
        String numbers = "\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,3," + height + "," + width + "]";
        isInvalid("", "The body must be a JSON object");
        isInvalid("[]", "The body must be a JSON object");
        isInvalid("{\"inputs\":[", "The JSON is broken");
        isInvalid("{} {}", "behind its end");
        isInvalid("{}\u0000\u007f\u00e9", "the header Inference-Header-Content-Length must give");
        isInvalid("{\"id\":7}", "'id' must be a string");
        isInvalid("{}", "one input, named 'input'");
        isInvalid("{\"inputs\":[{" + numbers + "},{" + numbers + "}]}", "one input, named 'input'");
        isInvalid("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"INT8\",\"shape\":[1]}]}", "must be FP32");
        isInvalid("{\"inputs\":[{" + numbers + "}]}", "The input has no data");
        isInvalid("{\"inputs\":[{" + numbers + ",\"data\":[0.5]}]}", "got 1");
        isInvalid("{\"inputs\":[{" + numbers + ",\"data\":[true]}]}", "must be numbers");
        isInvalid("{\"inputs\":[{" + numbers + ",\"data\":[\"not base64!\"]}]}", "is no base64");
        isInvalid(
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,8,8,3],\"data\":[]}]}",
                "[n, 3, " + height + ", " + width + "]");
        isInvalid(
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[0,3,64,64],\"data\":[]}]}",
                "got [0,");
        isInvalid("{\"inputs\":[{" + numbers + ",\"parameters\":{\"shared_memory_region\":\"a\"}}]}", "shared memory");
        isInvalid("{\"outputs\":[{\"name\":\"mask\"}]}", "pred_score, anomaly_map and reconstruction, got 'mask'");
        isInvalid("{\"outputs\":[{}]}", "pred_score, anomaly_map and reconstruction, got none");
        isInvalid("{\"outputs\":[{\"name\":\"pred_score\"},{\"name\":\"pred_score\"}]}", "twice");
        isInvalid("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[2],\"data\":[\"\"]}]}", "got 1");
        isInvalid("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}]}", "empty");
    }

    @Test
    void refusesTensorsThatAreNoPicture() throws Exception {
        float[] tensor = new float[3 * height * width];
        for (float wrong : new float[] {255, -0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
            tensor[tensor.length / 2] = wrong;
            isError(inferBinary("", bytes(tensor)), 400, "divide 8-bit values by 255");
        }
    }

    @Test
    void checksSizesBeforeItTakesMemory() throws Exception {
        String huge =
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[9223372036854775807,3,%d,%d]}]}"
                        .formatted(height, width);
        isError(inferBinary(huge, new byte[8]), 413, "at most 64");
        isError(infer(INFER, huge.replace("9223372036854775807", "99999999999999999999")), 400, "value out of range");
        String prefixed =
                "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"parameters\":{\"binary_data_size\":8}}]}";
        isError(inferBinary(prefixed, new byte[] {-1, -1, -1, -1, 0, 0, 0, 0}), 400, "ends too early");
        isError(inferBinary(prefixed, new byte[] {0, 0, 0, 0, 0, 0, 0, 0}), 400, "more");
        String many = "{\"inputs\":[{\"data\":[" + "\"\",".repeat(64) + "\"\"]}]}";
        isError(infer(INFER, many), 413, "at most 64");
        isError(inferBinary("", new byte[12]), 400, "A body without JSON");
        isError(http.post(INFER, "application/json", new byte[3], JSON_LENGTH, "4"), 400, "3 bytes");
        isError(http.post(INFER, "application/json", new byte[65 << 20]), 413, "draem.memory.budget");
    }

    @Test
    void takesNoMemoryForWhatItDoesNotKnow() throws Exception {
        StringBuilder names = new StringBuilder("{\"a\":0");
        for (int i = 0; i < 1_000; i++) {
            names.append(",\"a").append(i).append("\":0");
        }
        String object = names.append("}").toString();
        isInvalid(object, "more than 1000 names");
        isInvalid("{\"parameters\":{\"unknown\":[" + object + "]}}", "more than 1000 names");
        isInvalid("{\"inputs\":[{},{},", "one input, named 'input'");
        isInvalid("{\"unknown\":[[0,{\"a\":[]}],null],\"id\":7}", "'id' must be a string");
    }

    @Test
    void refusesImagesAsTheOtherDoorDoes() throws Exception {
        String image = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1]}]}";
        isError(inferBinary(image, "no picture".getBytes(StandardCharsets.UTF_8)), 415, "JPEG, PNG, BMP, TIFF or WebP");
        byte[] whole = Files.readAllBytes(TestModels.good());
        isError(inferBinary(image, Arrays.copyOf(whole, whole.length / 2)), 400, "JPEG");
    }

    @Test
    void knowsNoOtherModelsAndPaths() throws Exception {
        isError(infer("/v2/models/cake/infer", "{}"), 404, TestModels.name());
        isError(infer(MODEL + "/versions/9/infer", "{}"), 404, "Version 9");
        isError(http.get("/v2/repository"), 404, "paths");
        isError(http.get(INFER), 405, "POST");
    }

    @Test
    void givesUpWhenTheCallerDoes() throws Exception {
        isError(
                infer(INFER, "{\"parameters\":{\"timeout\":1},\"inputs\":[" + base64(TestModels.good()) + "]}"),
                504,
                "deadline");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "-1", "1.0", "1000000000", "99999999999999999999", "%2B1", "0", "%D9%A1"})
    void aVersionThatCannotBeIsNotFound(String version) throws Exception {
        String path = MODEL + "/versions/" + version;
        isError(infer(path + "/infer", "{\"inputs\":[" + base64(TestModels.good()) + "]}"), 404, "version");
        isError(http.get(path), 404, "version");
        isError(http.get(path + "/ready"), 404, "version");
    }

    @Test
    void jsonBeyondTheLimitsIsRefusedWithTheLimit() throws Exception {
        isInvalid("{\"a\":" + "[".repeat(50) + "]".repeat(50) + "}", "nested deeper than 32");
        isInvalid("{\"inputs\":[{\"shape\":[" + "9".repeat(100) + "]}]}", "number longer than 64");
        isInvalid("{\"parameters\":{\"timeout\":" + "9".repeat(100) + "}}", "number longer than 64");
        isInvalid("{\"inputs\":[{\"data\":[0." + "9".repeat(100) + "]}]}", "number longer than 64");
        isInvalid("{\"" + "k".repeat(1_000) + "\":1}", "name longer than 256");
        isInvalid("{\"parameters\":{\"timeout\":" + "9".repeat(40) + "}}", "out of range");
    }

    @Test
    void base64OfAnotherKindIsRefusedWithTheRemedy() throws Exception {
        byte[] image = Files.readAllBytes(TestModels.good());
        String plain = Base64.getEncoder().encodeToString(image);
        for (String data : new String[] {
            "data:image/jpeg;base64," + plain, Base64.getUrlEncoder().encodeToString(image), "no base64!"
        }) {
            isInvalid(
                    "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"" + data
                            + "\"]}]}",
                    "no base64");
        }
    }

    @Test
    void countsEachImageAndEachRequest() throws Exception {
        double verdicts = meter("draem_verdicts_total");
        double refused = meter("draem_detect_seconds_count{model=\"cookie\",outcome=\"invalid-request\"");
        answer(infer(INFER, "{\"inputs\":[" + base64(TestModels.good()) + "]}"));
        isInvalid("{}", "one input");
        assertThat(meter("draem_verdicts_total")).isEqualTo(verdicts + 1);
        assertThat(meter("draem_detect_seconds_count{model=\"cookie\",outcome=\"invalid-request\""))
                .isEqualTo(refused + 1);
    }

    private double meter(String start) throws Exception {
        return http.metric(start);
    }

    private float[] tensor(Path image) throws Exception {
        return tensor(image, width, height);
    }

    private static byte[] bytes(float[] tensor) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(tensor);
        return bytes.array();
    }

    private static String base64(Path image) throws IOException {
        return "{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
                + Base64.getEncoder().encodeToString(Files.readAllBytes(image)) + "\"]}";
    }

    private HttpResponse<byte[]> infer(String path, String json) throws Exception {
        return http.post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<byte[]> inferBinary(String json, byte[] binary) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(binary);
        return http.post(
                INFER, "application/octet-stream", body.toByteArray(), JSON_LENGTH, Integer.toString(json.length()));
    }

    private static JsonNode answer(HttpResponse<byte[]> response) {
        assertThat(response.statusCode()).as(beginning(response)).isEqualTo(200);
        return Http.json(response);
    }

    private void isInvalid(String json, String expected) throws Exception {
        isError(infer(INFER, json), 400, expected);
    }

    private static void isError(HttpResponse<byte[]> response, int status, String expected) {
        assertThat(response.statusCode()).as(beginning(response)).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode error = Http.json(response);
        assertThat(error.size()).isEqualTo(1);
        assertThat(error.get("error").asString()).contains(expected);
    }

    private static String beginning(HttpResponse<byte[]> response) {
        return new String(response.body(), 0, Math.min(300, response.body().length), StandardCharsets.UTF_8);
    }
}
