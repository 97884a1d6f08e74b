package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/** Reads the JSON of an inference request token by token: an image has some hundred thousand numbers. */
final class RequestParser {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NUMBER = 64;
    private static final int MAX_NAME = 256;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER)
                    .maxNameLength(MAX_NAME)
                    .maxStringLength(Integer.MAX_VALUE) // of images; the body has a limit
                    .build())
            .build();

    private static final int MAX_ID_LENGTH = 1_024;

    /** What the sides of a batch of images may be nested to. */
    private static final int MAX_SIDES = 4;

    private final JsonParser parser;
    private final JsonCursor json;
    private final Supplier<TensorData> data;

    private @Nullable String id;
    private @Nullable Duration timeout;
    private boolean binaryOutputs;
    private final List<InputTensor> inputs = new ArrayList<>();
    private @Nullable List<NamedOutput> outputs;

    private record NamedOutput(
            OutputTensor tensor, @Nullable Boolean binary) {}

    private RequestParser(JsonParser parser, Supplier<TensorData> data) {
        this.parser = parser;
        this.json = new JsonCursor(parser);
        this.data = data;
    }

    /**
     * Returns what the JSON of a body asks for.
     *
     * @param data gives where the elements of a tensor go, and limits them
     */
    static InferenceRequest parse(BodyReader.Body body, Supplier<TensorData> data) throws DetectionException {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body.bytes(), 0, body.jsonLength())) {
            return new RequestParser(parser, data).request();
        } catch (StreamConstraintsException e) {
            throw Invalid.request("The JSON is nested deeper than " + MAX_DEPTH + ", or has a name longer than "
                    + MAX_NAME + " characters or a number longer than " + MAX_NUMBER
                    + ": leave out what the model does not need");
        } catch (JacksonException e) {
            // Its message shows what was sent.
            TokenStreamLocation location = e.getLocation();
            throw Invalid.request("The JSON is broken or has a value out of range"
                    + (location == null
                            ? ""
                            : ", at line " + location.getLineNr() + ", column " + location.getColumnNr()));
        }
    }

    private InferenceRequest request() throws DetectionException {
        parser.nextToken();
        json.object("The body", name -> {
            switch (name) {
                case "id" -> id = id();
                case "parameters" -> json.object("The parameters", this::requestParameter);
                case "inputs" -> json.array("inputs", this::addInput);
                case "outputs" -> {
                    List<NamedOutput> named = new ArrayList<>();
                    json.array("outputs", () -> addOutput(named));
                    outputs = named;
                }
                default -> json.skip();
            }
        });
        requireEnd();
        return new InferenceRequest(id, timeout, inputs, outputs());
    }

    private void requireEnd() throws DetectionException {
        try {
            if (parser.nextToken() == null) {
                return;
            }
        } catch (JacksonException e) {
            // Refused below: the bytes of a tensor are seldom JSON.
        }
        throw Invalid.request(
                "The JSON has something behind its end: where tensors follow it in binary form, the header "
                        + BodyReader.JSON_LENGTH + " must give the number of its bytes");
    }

    private List<InferenceRequest.Output> outputs() {
        List<NamedOutput> named = outputs == null || outputs.isEmpty()
                ? OutputTensor.DEFAULT.stream()
                        .map(tensor -> new NamedOutput(tensor, null))
                        .toList()
                : outputs;
        return named.stream()
                .map(output -> new InferenceRequest.Output(
                        output.tensor(), Objects.requireNonNullElse(output.binary(), binaryOutputs)))
                .toList();
    }

    private String id() throws DetectionException {
        String text = json.string("id");
        if (text.length() > MAX_ID_LENGTH) {
            throw Invalid.request("The id is longer than " + MAX_ID_LENGTH + " characters");
        }
        return text;
    }

    /** Those that are not known are for other servers. */
    private void requestParameter(String name) throws DetectionException {
        switch (name) {
            case "binary_data_output" -> binaryOutputs = json.flag(name);
            case "timeout" -> {
                // Microseconds, as Triton has it; 0 is its default and says nothing.
                long micros = json.number(name);
                timeout = micros == 0 ? null : Duration.ofNanos(Math.multiplyExact(Math.min(micros, 1L << 50), 1_000L));
            }
            default -> json.skip();
        }
    }

    private void addInput() throws DetectionException {
        inputs.add(input());
        if (inputs.size() > 1) {
            throw InputReader.notOneInput(); // before a long list of them is in memory
        }
    }

    private InputTensor input() throws DetectionException {
        var tensor = new Object() {
            @Nullable
            String name;

            @Nullable
            String datatype;

            long[] shape = {};

            @Nullable
            Long binarySize;

            @Nullable
            TensorData data;
        };
        json.object("An input", member -> {
            switch (member) {
                case "name" -> tensor.name = json.string(member);
                case "datatype" -> tensor.datatype = json.string(member);
                case "shape" -> tensor.shape = shape();
                case "data" -> tensor.data = data();
                case "parameters" ->
                    json.object("The parameters of an input", parameter -> {
                        refuseSharedMemory(parameter);
                        if (parameter.equals("binary_data_size")) {
                            tensor.binarySize = json.number(parameter);
                        } else {
                            json.skip();
                        }
                    });
                default -> json.skip();
            }
        });
        return new InputTensor(tensor.name, tensor.datatype, tensor.shape, tensor.binarySize, tensor.data);
    }

    private void addOutput(List<NamedOutput> named) throws DetectionException {
        NamedOutput output = output();
        if (named.stream().anyMatch(other -> other.tensor() == output.tensor())) {
            throw Invalid.request("An output is asked for twice: name each once");
        }
        named.add(output);
    }

    private NamedOutput output() throws DetectionException {
        var output = new Object() {
            @Nullable
            OutputTensor tensor;

            @Nullable
            Boolean binary;
        };
        json.object("An output", member -> {
            switch (member) {
                case "name" ->
                    output.tensor = OutputTensor.of(json.string(member)).orElse(null);
                case "parameters" ->
                    json.object("The parameters of an output", parameter -> {
                        refuseSharedMemory(parameter);
                        switch (parameter) {
                            case "binary_data" -> output.binary = json.flag(parameter);
                            case "classification" -> {
                                if (json.number(parameter) > 0) {
                                    throw Invalid.request("The extension classification is not served: leave it out");
                                }
                            }
                            default -> json.skip();
                        }
                    });
                default -> json.skip();
            }
        });
        if (output.tensor == null) {
            throw Invalid.request("Each output needs a name, one of pred_score, anomaly_map and reconstruction");
        }
        return new NamedOutput(output.tensor, output.binary);
    }

    private static void refuseSharedMemory(String parameter) throws DetectionException {
        if (parameter.startsWith("shared_memory")) {
            throw Invalid.request("The extension shared memory is not served: send the tensors in the body");
        }
    }

    private long[] shape() throws DetectionException {
        List<Long> sides = new ArrayList<>();
        json.array("shape", () -> {
            sides.add(json.number("shape"));
            if (sides.size() > MAX_SIDES) {
                throw Invalid.request("The shape has more than " + MAX_SIDES + " sides");
            }
        });
        return sides.stream().mapToLong(Long::longValue).toArray();
    }

    private byte[] base64() throws DetectionException {
        try {
            return parser.getBinaryValue();
        } catch (UnexpectedEndOfInputException e) {
            throw e;
        } catch (JacksonException e) {
            throw Invalid.request(
                    "A string of the data is no base64: send the base64 alone, without 'data:…;base64,' before"
                            + " it, and of the usual alphabet, with + and / in place of the - and _ of URLs");
        }
    }

    /** Reads numbers or base64, flat or nested. */
    private TensorData data() throws DetectionException {
        json.require(JsonToken.START_ARRAY, "The data must be an array");
        TensorData elements = data.get();
        for (int depth = 1; depth > 0; ) {
            switch (parser.nextToken()) {
                case START_ARRAY -> {
                    if (++depth > MAX_SIDES) {
                        throw Invalid.request("The data is nested deeper than its shape can be");
                    }
                }
                case END_ARRAY -> depth--;
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> elements.add(parser.getFloatValue());
                case VALUE_STRING -> elements.add(base64());
                default -> throw Invalid.request("The data must be numbers (FP32), or strings in base64 (BYTES)");
            }
        }
        return elements;
    }
}
