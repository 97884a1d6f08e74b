package io.draem.service.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.PredictionRequest;
import io.draem.service.detection.RequestedRegions;
import io.draem.service.grpc.inference.InferParameter;
import io.draem.service.grpc.inference.InferTensorContents;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.models.ServedModel;
import io.draem.service.protocol.InputReader;
import io.draem.service.protocol.InputTensor;
import io.draem.service.protocol.Invalid;
import io.draem.service.protocol.OutputTensor;
import io.draem.service.protocol.RequestParameters;
import io.draem.service.protocol.TensorData;
import io.draem.service.queue.RequestContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One inference request, as its message has it, and the message of its response. */
final class InferenceMessages {

    private final ModelInferRequest request;
    private final List<OutputTensor> outputs = new ArrayList<>();

    /**
     * @param request one that was {@linkplain MessageCheck checked}
     */
    InferenceMessages(ModelInferRequest request) {
        this.request = request;
    }

    /**
     * Runs the model and returns the response.
     *
     * @param inference takes a slot
     * @param client whose slot it is
     * @throws DetectionException if there is none; the message is for the client
     */
    ModelInferResponse answer(InferenceHandler handler, Inference inference, String client)
            throws DetectionException, IOException {
        CallContext context = inference.context();
        String name = emptyToNull(request.getModelName());
        inference.admit(name, client);
        Integer version = Invalid.version(emptyToNull(request.getModelVersion()));
        return answer(handler.predictions()
                .predict(name, version, context, model -> read(model, context, handler.maxImages())));
    }

    /** Returns what a client has set of a text, which has no other form for nothing than an empty one. */
    static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /**
     * Reads the request.
     *
     * @param context takes the deadline that the request sets
     * @param maxImages most images
     */
    private PredictionRequest read(ServedModel model, RequestContext context, int maxImages) throws DetectionException {
        Invalid.id(request.getId());
        RegionOfInterest region = null;
        for (Map.Entry<String, InferParameter> entry :
                request.getParametersMap().entrySet()) {
            String name = entry.getKey();
            switch (name) {
                case RequestParameters.TIMEOUT -> {
                    Duration timeout = RequestParameters.timeout(number(name, entry.getValue()));
                    if (timeout != null) {
                        context.answerWithin(timeout);
                    }
                }
                case RequestParameters.REGION_OF_INTEREST ->
                    region = RequestedRegions.ofText(name, text(name, entry.getValue()));
                default -> RequestParameters.refuseRegion(name);
            }
        }
        readOutputs();
        return new PredictionRequest(
                inputs(model.card(), maxImages), outputs.contains(OutputTensor.RECONSTRUCTION), region, context);
    }

    private void readOutputs() throws DetectionException {
        for (ModelInferRequest.InferRequestedOutputTensor output : request.getOutputsList()) {
            for (Map.Entry<String, InferParameter> entry :
                    output.getParametersMap().entrySet()) {
                RequestParameters.refuseSharedMemory(entry.getKey());
                if (entry.getKey().equals(RequestParameters.CLASSIFICATION)) {
                    RequestParameters.refuseClasses(number(entry.getKey(), entry.getValue()));
                }
            }
            OutputTensor tensor = OutputTensor.require(output.getName());
            OutputTensor.requireOnce(outputs, tensor);
            outputs.add(tensor);
        }
        if (outputs.isEmpty()) {
            outputs.addAll(OutputTensor.DEFAULT);
        }
    }

    private List<PredictionRequest.Input> inputs(ModelCard card, int maxImages) throws DetectionException {
        if (request.getInputsCount() != 1) {
            throw InputReader.notOneInput();
        }
        ModelInferRequest.InferInputTensor input = request.getInputs(0);
        for (String name : input.getParametersMap().keySet()) {
            RequestParameters.refuseSharedMemory(name);
            RequestParameters.refuseRegion(name);
        }
        int raw = request.getRawInputContentsCount();
        ByteString bytes = raw == 0 ? ByteString.EMPTY : request.getRawInputContents(0);
        TensorData data = input.hasContents() ? contents(input.getContents(), card, maxImages) : null;
        if (bytes.isEmpty() && data == null) {
            throw Invalid.request("The input has no data: send its contents, or its bytes in raw_input_contents");
        }
        InputTensor tensor = new InputTensor(
                input.getName(), input.getDatatype(), shape(input), raw == 0 ? null : (long) bytes.size(), data);
        return new InputReader(bytes.asReadOnlyByteBuffer(), card, maxImages).read(List.of(tensor));
    }

    private static long[] shape(ModelInferRequest.InferInputTensor input) {
        long[] shape = new long[input.getShapeCount()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = input.getShape(i);
        }
        return shape;
    }

    private static TensorData contents(InferTensorContents contents, ModelCard card, int maxImages)
            throws DetectionException {
        TensorData data = new TensorData(3 * card.height() * card.width(), maxImages);
        for (int i = 0; i < contents.getFp32ContentsCount(); i++) {
            data.add(contents.getFp32Contents(i));
        }
        for (int i = 0; i < contents.getBytesContentsCount(); i++) {
            data.add(contents.getBytesContents(i).toByteArray());
        }
        return data;
    }

    private static long number(String name, InferParameter parameter) throws DetectionException {
        long value = switch (parameter.getParameterChoiceCase()) {
            case INT64_PARAM -> parameter.getInt64Param();
            case UINT64_PARAM -> parameter.getUint64Param();
            default -> -1;
        };
        if (value < 0) {
            throw Invalid.request("The parameter '" + name + "' must be a whole number of 0 or more, as int64_param");
        }
        return value;
    }

    private static String text(String name, InferParameter parameter) throws DetectionException {
        if (parameter.getParameterChoiceCase() != InferParameter.ParameterChoiceCase.STRING_PARAM) {
            throw Invalid.request("The parameter '" + name + "' must be a string_param");
        }
        return parameter.getStringParam();
    }

    /**
     * Returns the response, whose values are bytes whatever form the request had.
     *
     * @param predictions of a request that was {@linkplain #read read} before, at least one
     */
    private ModelInferResponse answer(List<Prediction> predictions) {
        ServedModel model = predictions.get(0).model();
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                .setModelName(model.name())
                .setModelVersion(Integer.toString(model.version()))
                .setId(request.getId());
        RequestParameters.of(predictions)
                .forEach((name, text) -> response.putParameters(
                        name, InferParameter.newBuilder().setStringParam(text).build()));
        for (OutputTensor output : outputs) {
            ModelInferResponse.InferOutputTensor.Builder tensor =
                    response.addOutputsBuilder().setName(output.id()).setDatatype("FP32");
            for (int side : output.shape(predictions)) {
                tensor.addShape(side);
            }
            response.addRawOutputContents(bytes(output, predictions));
        }
        return response.build();
    }

    private static ByteString bytes(OutputTensor output, List<Prediction> predictions) {
        int length = 0;
        for (Prediction prediction : predictions) {
            length = Math.addExact(length, Math.multiplyExact(Float.BYTES, output.values(prediction).length));
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (Prediction prediction : predictions) {
            float[] values = output.values(prediction);
            bytes.asFloatBuffer().put(values);
            bytes.position(bytes.position() + Float.BYTES * values.length);
        }
        return UnsafeByteOperations.unsafeWrap(bytes.flip());
    }
}
