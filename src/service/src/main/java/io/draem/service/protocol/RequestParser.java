package io.draem.service.protocol;

import io.draem.frame.RegionOfInterest;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.RequestedRegions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
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

    private final JsonParser parser;
    private final JsonCursor json;
    private final TensorParser tensors;

    private @Nullable String id;
    private @Nullable Duration timeout;
    private @Nullable RegionOfInterest region;
    private boolean binaryOutputs;
    private final List<InputTensor> inputs = new ArrayList<>();
    private @Nullable List<NamedOutput> outputs;

    private record NamedOutput(
            OutputTensor tensor, @Nullable Boolean binary) {}

    private RequestParser(JsonParser parser, Supplier<TensorData> data) {
        this.parser = parser;
        this.json = new JsonCursor(parser);
        this.tensors = new TensorParser(parser, json, data);
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
                case "id" -> id = Invalid.id(json.string(name));
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
        return new InferenceRequest(id, timeout, region, inputs, outputs());
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

    /** Those that are not known are for other servers. */
    private void requestParameter(String name) throws DetectionException {
        switch (name) {
            case "binary_data_output" -> binaryOutputs = json.flag(name);
            case RequestParameters.TIMEOUT -> timeout = RequestParameters.timeout(json.number(name));
            case RequestParameters.REGION_OF_INTEREST -> region = RequestedRegions.ofText(name, json.string(name));
            default -> {
                RequestParameters.refuseRegion(name);
                json.skip();
            }
        }
    }

    private void addInput() throws DetectionException {
        inputs.add(tensors.input());
        if (inputs.size() > 1) {
            throw InputReader.notOneInput(); // before a long list of them is in memory
        }
    }

    private void addOutput(List<NamedOutput> named) throws DetectionException {
        NamedOutput output = output();
        OutputTensor.requireOnce(named.stream().map(NamedOutput::tensor).toList(), output.tensor());
        named.add(output);
    }

    private NamedOutput output() throws DetectionException {
        var output = new Object() {
            @Nullable
            String name;

            @Nullable
            Boolean binary;
        };
        json.object("An output", member -> {
            switch (member) {
                case "name" -> output.name = json.string(member);
                case "parameters" ->
                    json.object("The parameters of an output", parameter -> {
                        RequestParameters.refuseSharedMemory(parameter);
                        switch (parameter) {
                            case "binary_data" -> output.binary = json.flag(parameter);
                            case RequestParameters.CLASSIFICATION ->
                                RequestParameters.refuseClasses(json.number(parameter));
                            default -> json.skip();
                        }
                    });
                default -> json.skip();
            }
        });
        return new NamedOutput(OutputTensor.require(output.name), output.binary);
    }
}
