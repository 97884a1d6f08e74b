package io.draem.service.fuzz;

import io.draem.model.TestModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Writes inference requests as bytes: whole ones, and ones whose JSON has something else where a value belongs. */
final class InferenceMutator {

    private static final String[] PATHS = {
        "/v2/models/" + TestModels.name() + "/infer",
        "/v2/models/" + TestModels.name() + "/versions/1/infer",
        "/v2/models/" + TestModels.name() + "/versions/abc/infer",
        "/v2/models/" + TestModels.name() + "/versions/99999999999999999999/infer",
        "/v2/models/" + TestModels.name() + "/versions/-1/infer",
        "/v2/models/tiled/infer",
        "/v2/models/tiled/infer",
        "/v2/models/cake/infer",
        "/v2/models/%FF/infer",
    };

    /** What may stand in place of any value, and is not always JSON. Characters are bytes. */
    private static final String[] VALUES = {
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "[null]",
        "[[[[[1]]]]]",
        "\"\"",
        "\"a\"",
        "0",
        "-0",
        "-0.0",
        "1",
        "-1",
        "0.5",
        "1e400",
        "-1e400",
        "1e-400",
        "1e99999999999",
        "2147483647",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551616",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "- 1",
        "nul",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "\"\\u00\"",
        "\"\\x\"",
        "\"a\nb\"",
        "\"\u00ff\u00fe\"",
        "\"\u00ed\u00a0\u0080\"",
        "\"\u00c0\u0080\"",
        "\"open",
        "'a'",
        "/* c */ 1",
        "1 // c",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1,\"a\":2}",
        "{\"binary_data_size\":-1}",
        "{\"binary_data_size\":9223372036854775807}",
        "{\"shared_memory_region\":\"x\"}",
        "[1,3,128,128]",
        "[-1,3,128,128]",
        "[0]",
        "[2147483647,3,128,128]",
        "[9223372036854775807,9223372036854775807]",
        "[4294967297,3,128,128]",
        "[1,3,128,128,1]",
        "[1.0]",
        "[\"1\"]",
        "[[1]]",
        "[\"====\"]",
        "[\"data:image/png;base64,AAAA\"]",
        "[\"_-_-\"]",
        "[1,\"AAAA\"]"
    };

    private static final String[] REGIONS = {
        "0,0 1,0 1,1",
        "0.1,0.1 0.9,0.1 0.5,0.9;0,0 0.1,0 0,0.1",
        "0,0 0,0 0,0",
        "1,1",
        ";",
        "{\\\"mask\\\":\\\"\\\"}",
        ""
    };

    private static final String[] LENGTHS = {
        "-1", "0", "1", "+5", " 5", "5.0", "99999999999", "2147483647", "nonsense", ""
    };

    private final ImageMutator images;

    InferenceMutator(ImageMutator images) {
        this.images = images;
    }

    /** Returns a request; of half of them the JSON is as it should be, but for the image. */
    byte[] next(RandomGenerator random) {
        Json json = new Json(random, random.nextBoolean() ? 0 : 12);
        byte[] binary = {};
        String data = null;
        String shape = "[1]";
        String type = "\"BYTES\"";
        String size = null;
        switch (random.nextInt(8)) {
            case 0 -> {
                type = "\"FP32\"";
                shape = "[1,3,128,128]";
                int numbers = random.nextInt(4) == 0 ? 3 * 128 * 128 - 1 : random.nextInt(100);
                List<String> values = new ArrayList<>(Collections.nCopies(numbers, "0.5"));
                values.add(random.nextInt(numbers + 1), json.value("0.25"));
                data = "[" + String.join(",", values) + "]";
            }
            case 1 -> {
                type = "\"FP32\"";
                shape = "[1,3,128,128]";
                binary = floats(random);
                size = Integer.toString(binary.length);
            }
            case 2 -> {
                byte[] image = images.next(random);
                binary = ByteBuffer.allocate(4 + image.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(random.nextInt(10) == 0 ? random.nextInt() : image.length)
                        .put(image)
                        .array();
                size = Integer.toString(binary.length);
            }
            case 3 -> binary = images.next(random);
            default -> data = "[\"" + Base64.getEncoder().encodeToString(images.next(random)) + "\"]";
        }
        List<String> input = new ArrayList<>(
                List.of(json.member("name", "\"input\""), json.member("datatype", type), json.member("shape", shape)));
        if (data != null) {
            input.add(json.member("data", data));
        }
        if (size != null) {
            input.add(json.member("parameters", json.object(List.of(json.member("binary_data_size", size)))));
        }
        List<String> outputs = new ArrayList<>();
        for (String name : new String[] {"pred_score", "anomaly_map", "reconstruction"}) {
            if (random.nextInt(3) == 0) {
                outputs.add(json.object(List.of(
                        json.member("name", '"' + name + '"'),
                        json.member(
                                "parameters",
                                json.object(List.of(
                                        json.member("binary_data", Boolean.toString(random.nextBoolean()))))))));
            }
        }
        if (outputs.isEmpty()) {
            outputs.add("{\"name\":\"pred_score\"}");
        }
        List<String> parameters = new ArrayList<>(List.of(json.member("timeout", "0")));
        if (random.nextInt(4) == 0) {
            parameters.add(json.member("roi", '"' + pick(REGIONS, random) + '"'));
        }
        String body = json.object(List.of(
                json.member("id", "\"an id\""),
                json.member("parameters", json.object(parameters)),
                json.member("inputs", json.array(List.of(json.object(input)))),
                json.member("outputs", json.array(outputs))));
        return request(json.isBroken() ? broken(bytes(body), random) : bytes(body), binary, random);
    }

    private byte[] request(byte[] json, byte[] binary, RandomGenerator random) {
        boolean lies = random.nextInt(12) == 0;
        boolean raw = random.nextInt(50) == 0;
        byte[] body = concat(raw ? new byte[0] : json, binary);
        StringBuilder head = new StringBuilder("POST ")
                .append(PATHS[random.nextInt(8) == 0 ? random.nextInt(PATHS.length) : 0])
                .append(" HTTP/1.1\r\nHost: localhost\r\n");
        if (lies || binary.length > 0) {
            String length = Integer.toString(raw ? 0 : json.length);
            head.append("Inference-Header-Content-Length: ")
                    .append(
                            !lies
                                    ? length
                                    : random.nextBoolean() ? pick(LENGTHS, random) : random.nextInt(body.length + 2))
                    .append("\r\n");
        }
        switch (random.nextInt(24)) {
            case 0 -> {
                head.append("Content-Encoding: gzip\r\n");
                body = compressed(body, true);
            }
            case 1 -> {
                head.append("Content-Encoding: deflate\r\n");
                body = compressed(body, false);
            }
            case 2 -> head.append("Content-Encoding: gzip\r\n"); // and it is not
            case 3 -> {
                head.append("Content-Encoding: gzip\r\n");
                body = broken(compressed(body, true), random);
            }
            case 4 -> head.append("Accept-Encoding: gzip\r\n");
            case 5 -> head.append("X-Request-Timeout: 0.001\r\n");
            default -> {}
        }
        return concat(
                bytes(head.append("Content-Length: ")
                        .append(body.length)
                        .append("\r\n\r\n")
                        .toString()),
                body);
    }

    /** Breaks a text or its encoding. */
    private static byte[] broken(byte[] text, RandomGenerator random) {
        int at = random.nextInt(text.length + 1);
        return switch (random.nextInt(12)) {
            case 0 -> concat(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, text);
            case 1 -> new String(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_16);
            case 2 -> new String(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_16LE);
            case 3 -> Arrays.copyOf(text, at);
            case 4 -> concat(text, bytes("{}[],:\"0 ".substring(random.nextInt(8))));
            case 5 -> concat(concat(Arrays.copyOf(text, at), bytes(pick(VALUES, random))), tail(text, at));
            case 6 -> concat(Arrays.copyOf(text, at), tail(text, Math.min(text.length, at + 1)));
            case 7 -> {
                byte[] flipped = text.clone();
                flipped[Math.min(at, text.length - 1)] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            default -> text;
        };
    }

    /** Writes JSON, and now and then something else. */
    private static final class Json {

        private final RandomGenerator random;
        private final int oneIn;

        /**
         * @param oneIn how many values are as they should be for one that is not; 0 for all
         */
        Json(RandomGenerator random, int oneIn) {
            this.random = random;
            this.oneIn = oneIn;
        }

        boolean isBroken() {
            return oneIn > 0;
        }

        /** Returns the value, or another. */
        String value(String proper) {
            if (oneIn == 0 || random.nextInt(oneIn) > 0) {
                return proper;
            }
            return switch (random.nextInt(8)) {
                case 0 -> nested("[", "]");
                case 1 -> nested("{\"a\":", "}");
                case 2 -> (random.nextBoolean() ? "-" : "") + "9".repeat(1 + random.nextInt(2_000));
                case 3 -> "0." + "1".repeat(1 + random.nextInt(2_000)) + (random.nextBoolean() ? "e-5" : "");
                case 4 -> '"' + "a".repeat(random.nextInt(100_000)) + '"';
                default -> pick(VALUES, random);
            };
        }

        private String nested(String open, String close) {
            int depth = 1 + (random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(60));
            return open.repeat(depth) + "1" + (random.nextInt(5) == 0 ? "" : close.repeat(depth));
        }

        String member(String name, String value) {
            return '"' + name + "\":" + value(value);
        }

        String object(List<String> members) {
            List<String> all = new ArrayList<>(members);
            if (oneIn > 0) {
                switch (random.nextInt(4 * oneIn)) {
                    case 0 -> all.add(all.get(random.nextInt(all.size())));
                    case 1 -> all.remove(random.nextInt(all.size()));
                    case 2 -> all.add(random.nextInt(all.size() + 1), member("x", "1"));
                    case 3 -> all.add(member("k".repeat(random.nextInt(5_000)), "1"));
                    case 4 -> {
                        for (int i = random.nextInt(3_000); i > 0; i--) {
                            all.add("\"k" + i + "\":" + i);
                        }
                    }
                    case 5 -> all.add("\"\\ud800\":1");
                    case 6 -> all.add("\"\u00ff\":1");
                    case 7 -> all.add("1:1");
                    case 8 -> Collections.reverse(all);
                    default -> {}
                }
            }
            return '{' + String.join(random.nextInt(10) == 0 ? " ,\n" : ",", all) + '}';
        }

        String array(List<String> elements) {
            List<String> all =
                    new ArrayList<>(elements.stream().map(this::value).toList());
            if (oneIn > 0 && random.nextInt(2 * oneIn) == 0) {
                int most = Math.min(3_000, 2_000_000 / Math.max(1, all.get(0).length()));
                all.addAll(Collections.nCopies(random.nextInt(most + 1), all.get(0)));
            }
            return '[' + String.join(",", all) + ']';
        }
    }

    private static byte[] floats(RandomGenerator random) {
        ByteBuffer floats = ByteBuffer.allocate(random.nextInt(4) == 0 ? random.nextInt(1_000) : 3 * 128 * 128 * 4)
                .order(ByteOrder.LITTLE_ENDIAN);
        while (floats.remaining() >= 4) {
            floats.putFloat(random.nextInt(20_000) == 0 ? Float.NaN : 0.5f);
        }
        return floats.array();
    }

    private static byte[] compressed(byte[] body, boolean gzip) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = gzip ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] tail(byte[] text, int from) {
        return Arrays.copyOfRange(text, from, text.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    private static String pick(String[] texts, RandomGenerator random) {
        return texts[random.nextInt(texts.length)];
    }
}
