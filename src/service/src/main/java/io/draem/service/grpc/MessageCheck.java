package io.draem.service.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import io.draem.service.detection.DetectionException;
import io.draem.service.grpc.inference.InferTensorContents;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferRequest.InferInputTensor;
import io.draem.service.grpc.inference.ModelInferRequest.InferRequestedOutputTensor;
import io.draem.service.protocol.InputReader;
import io.draem.service.protocol.Invalid;
import io.draem.service.protocol.TensorData;
import java.io.IOException;

/**
 * Reads an inference request once it is known to be small: two bytes of a message can become a hundred of heap, so what is
 * repeated is counted before anything is made of it.
 */
final class MessageCheck {

    private static final int MOST_OUTPUTS = 8;
    private static final int MOST_SIDES = 8;
    private static final int MOST_PARAMETERS = 64;

    /** Fields of a later version of the protocol. */
    private static final int MOST_UNKNOWN = 64;

    /** Bytes of a name or a parameter; a region of interest has up to 16384 characters. */
    private static final int MOST_TEXT = 64 << 10;

    /** Unknown fields, and known ones of another wire type, would be kept at many times their size. */
    private static final Parser<ModelInferRequest> PARSER = DiscardUnknownFieldsParser.wrap(ModelInferRequest.parser());

    private final CodedInputStream in;
    private final int maxImages;
    private int inputs;
    private int outputs;
    private int parameters;
    private int sides;
    private int encoded;
    private int raw;
    private int unknown;

    private MessageCheck(byte[] message, int maxImages) {
        this.in = CodedInputStream.newInstance(message);
        this.maxImages = maxImages;
    }

    /** What is done with a field; returns false to skip it. */
    @FunctionalInterface
    private interface Field {

        boolean read(int number, int tag) throws IOException, DetectionException;
    }

    /**
     * Returns the request.
     *
     * @param maxImages most encoded images
     * @throws DetectionException if it is none, or has more of something than a request can need
     */
    static ModelInferRequest parse(byte[] message, int maxImages) throws DetectionException {
        if (message == RawMethods.NO_MEMORY) {
            throw DetectionException.outOfMemory();
        }
        try {
            new MessageCheck(message, maxImages).request();
            return PARSER.parseFrom(message);
        } catch (IOException e) {
            throw Invalid.request("The message is broken, or is no ModelInferRequest");
        }
    }

    private void request() throws IOException, DetectionException {
        fields((number, tag) -> {
            switch (number) {
                case ModelInferRequest.MODEL_NAME_FIELD_NUMBER,
                        ModelInferRequest.MODEL_VERSION_FIELD_NUMBER,
                        ModelInferRequest.ID_FIELD_NUMBER -> text(tag);
                case ModelInferRequest.PARAMETERS_FIELD_NUMBER -> parameter(tag);
                case ModelInferRequest.INPUTS_FIELD_NUMBER -> {
                    if (++inputs > 1) {
                        throw InputReader.notOneInput();
                    }
                    message(tag, this::input);
                }
                case ModelInferRequest.OUTPUTS_FIELD_NUMBER -> {
                    require(++outputs <= MOST_OUTPUTS, "outputs");
                    message(tag, this::output);
                }
                case ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER -> {
                    if (++raw > 1) {
                        throw Invalid.request(
                                "The model has one input: send one element of raw_input_contents, and no more");
                    }
                    in.skipField(tag);
                }
                default -> {
                    return false;
                }
            }
            return true;
        });
    }

    private boolean input(int number, int tag) throws IOException, DetectionException {
        switch (number) {
            case InferInputTensor.NAME_FIELD_NUMBER, InferInputTensor.DATATYPE_FIELD_NUMBER -> text(tag);
            case InferInputTensor.PARAMETERS_FIELD_NUMBER -> parameter(tag);
            case InferInputTensor.SHAPE_FIELD_NUMBER -> sides(tag);
            case InferInputTensor.CONTENTS_FIELD_NUMBER -> message(tag, this::contents);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean output(int number, int tag) throws IOException, DetectionException {
        switch (number) {
            case InferRequestedOutputTensor.NAME_FIELD_NUMBER -> text(tag);
            case InferRequestedOutputTensor.PARAMETERS_FIELD_NUMBER -> parameter(tag);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Numbers take no more heap than bytes of the message; those of other types have no use here. */
    private boolean contents(int number, int tag) throws IOException, DetectionException {
        switch (number) {
            case InferTensorContents.FP32_CONTENTS_FIELD_NUMBER -> in.skipField(tag);
            case InferTensorContents.BYTES_CONTENTS_FIELD_NUMBER -> {
                if (++encoded > maxImages) {
                    throw TensorData.tooMany(maxImages);
                }
                in.skipField(tag);
            }
            case InferTensorContents.BOOL_CONTENTS_FIELD_NUMBER,
                    InferTensorContents.INT_CONTENTS_FIELD_NUMBER,
                    InferTensorContents.INT64_CONTENTS_FIELD_NUMBER,
                    InferTensorContents.UINT_CONTENTS_FIELD_NUMBER,
                    InferTensorContents.UINT64_CONTENTS_FIELD_NUMBER,
                    InferTensorContents.FP64_CONTENTS_FIELD_NUMBER ->
                throw Invalid.request("The datatype of the input must be FP32 (the tensor, in fp32_contents) or BYTES"
                        + " (encoded images, in bytes_contents)");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void parameter(int tag) throws IOException, DetectionException {
        require(++parameters <= MOST_PARAMETERS, "parameters");
        text(tag); // a short message
    }

    private void sides(int tag) throws IOException, DetectionException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            sides++;
            in.skipField(tag);
        } else {
            int limit = in.pushLimit(in.readRawVarint32());
            while (in.getBytesUntilLimit() > 0 && sides <= MOST_SIDES) {
                in.readInt64();
                sides++;
            }
            in.skipRawBytes(in.getBytesUntilLimit());
            in.popLimit(limit);
        }
        require(sides <= MOST_SIDES, "sides of a shape");
    }

    private void text(int tag) throws IOException, DetectionException {
        int before = in.getTotalBytesRead();
        in.skipField(tag);
        require(in.getTotalBytesRead() - before <= MOST_TEXT, "bytes of a name or parameter");
    }

    private void message(int tag, Field field) throws IOException, DetectionException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            in.skipField(tag);
            return;
        }
        int limit = in.pushLimit(in.readRawVarint32());
        fields(field);
        in.popLimit(limit);
    }

    private void fields(Field field) throws IOException, DetectionException {
        int tag = in.readTag();
        while (tag != 0) {
            require(WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_START_GROUP, "groups");
            if (!field.read(WireFormat.getTagFieldNumber(tag), tag)) {
                require(++unknown <= MOST_UNKNOWN, "unknown fields");
                in.skipField(tag);
            }
            tag = in.readTag();
        }
    }

    private static void require(boolean holds, String what) throws DetectionException {
        if (!holds) {
            throw Invalid.request("The message has too many " + what + ": leave out what the model does not need");
        }
    }
}
