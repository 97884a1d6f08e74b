package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/** Reads the tensors of an inference request, element by element. */
final class TensorParser {

    /** What the sides of a batch of images may be nested to. */
    private static final int MAX_SIDES = 4;

    private final JsonParser parser;
    private final JsonCursor json;
    private final Supplier<TensorData> data;

    /**
     * @param data gives where the elements of a tensor go, and limits them
     */
    TensorParser(JsonParser parser, JsonCursor json, Supplier<TensorData> data) {
        this.parser = parser;
        this.json = json;
        this.data = data;
    }

    /** Reads an input, from its opening brace to its closing one. */
    InputTensor input() throws DetectionException {
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
                        RequestParameters.refuseSharedMemory(parameter);
                        RequestParameters.refuseRegion(parameter);
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
                            + " it, and of the usual alphabet, with + and / instead of the - and _ of URLs");
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
