package io.draem.service.protocol;

import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.PredictionRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes the images out of a request: tensors ({@code FP32}) or encoded images ({@code BYTES}), as elements or as bytes. */
public final class InputReader {

    private static final String FP32 = "FP32";
    private static final String BYTES = "BYTES";

    private final ByteBuffer binary;
    private final int width;
    private final int height;
    private final int maxImages;

    /**
     * @param binary the bytes of the input, little-endian; empty where its elements are not sent as bytes
     * @param maxImages most images
     */
    public InputReader(ByteBuffer binary, ModelCard card, int maxImages) {
        this.binary = binary.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.width = card.width();
        this.height = card.height();
        this.maxImages = maxImages;
    }

    /**
     * Returns the images of the one input that the model has.
     *
     * @throws DetectionException if the input is not what the model takes, or its elements are not what its shape says
     */
    public List<PredictionRequest.Input> read(List<InputTensor> inputs) throws DetectionException {
        if (inputs.size() != 1 || !ModelContract.INPUT.equals(inputs.get(0).name())) {
            throw notOneInput();
        }
        InputTensor input = inputs.get(0);
        if (!FP32.equals(input.datatype()) && !BYTES.equals(input.datatype())) {
            throw Invalid.request("The datatype of the input must be FP32 (the tensor) or BYTES (encoded images)");
        }
        boolean tensor = FP32.equals(input.datatype());
        int images = tensor ? countTensors(input.shape()) : countStrings(input.shape());
        if (images > maxImages) {
            throw TensorData.tooMany(maxImages);
        }
        if (input.data() != null) {
            if (binary.hasRemaining() || input.binarySize() != null) {
                throw Invalid.request("The input has both data and a binary form: send one of them");
            }
            return tensor ? numbers(input.data(), images) : strings(input.data(), images);
        }
        if (input.binarySize() != null && input.binarySize() != binary.remaining()) {
            throw Invalid.request("binary_data_size is " + input.binarySize() + ", but " + binary.remaining()
                    + " bytes follow the JSON");
        }
        if (!binary.hasRemaining()) {
            throw Invalid.request("The input has no data: send 'data', or its bytes behind the JSON with"
                    + " binary_data_size and the header " + BodyReader.JSON_LENGTH);
        }
        if (tensor) {
            return floats(images);
        }
        return input.binarySize() == null ? wholeImage(images) : prefixed(images);
    }

    /** Returns that a request has another input than the one of the model. */
    public static DetectionException notOneInput() {
        return Invalid.request("The model has one input, named '" + ModelContract.INPUT + "': send it and no other");
    }

    /** Returns the images of a body that is one tensor and nothing else. */
    List<PredictionRequest.Input> readRaw() throws DetectionException {
        long bytes = imageBytes();
        if (!binary.hasRemaining() || binary.remaining() % bytes != 0) {
            throw Invalid.request("A body without JSON is the tensor itself, " + bytes + " bytes an image, got "
                    + binary.remaining());
        }
        long images = binary.remaining() / bytes;
        if (images > maxImages) {
            throw TensorData.tooMany(maxImages);
        }
        return floats((int) images);
    }

    private int countTensors(long[] shape) throws DetectionException {
        if (shape.length != 4 || shape[0] < 1 || shape[1] != 3 || shape[2] != height || shape[3] != width) {
            throw Invalid.request("The shape of the input must be [n, 3, " + height + ", " + width + "] with n of 1 or"
                    + " more (channels first), got " + Arrays.toString(shape));
        }
        return (int) Math.min(Integer.MAX_VALUE, shape[0]);
    }

    private static int countStrings(long[] shape) throws DetectionException {
        if (shape.length < 1
                || shape.length > 2
                || shape[0] < 1
                || shape[shape.length - 1] < 1
                || (shape.length == 2 && shape[1] != 1)) {
            throw Invalid.request(
                    "The shape of encoded images must be [n] with n of 1 or more, got " + Arrays.toString(shape));
        }
        return (int) Math.min(Integer.MAX_VALUE, shape[0]);
    }

    private List<PredictionRequest.Input> numbers(TensorData data, int images) throws DetectionException {
        long expected = images * (imageBytes() / Float.BYTES);
        if (!data.strings().isEmpty() || data.numbers() != expected) {
            throw Invalid.request("The data of the input must be the " + expected + " numbers that its shape says, got "
                    + data.numbers());
        }
        return data.images().stream()
                .<PredictionRequest.Input>map(PredictionRequest.Input.Tensor::new)
                .toList();
    }

    private static List<PredictionRequest.Input> strings(TensorData data, int images) throws DetectionException {
        if (data.numbers() != 0 || data.strings().size() != images) {
            throw Invalid.request("The data of the input must be the " + images
                    + " encoded images (strings in base64) that its shape says, got "
                    + data.strings().size());
        }
        return data.strings().stream()
                .<PredictionRequest.Input>map(PredictionRequest.Input.Encoded::new)
                .toList();
    }

    private List<PredictionRequest.Input> floats(int images) throws DetectionException {
        if (images * imageBytes() != binary.remaining()) {
            throw Invalid.request("The shape of the input says " + images * imageBytes() + " bytes, but "
                    + binary.remaining() + " were sent");
        }
        List<PredictionRequest.Input> tensors = new ArrayList<>(images);
        for (int i = 0; i < images; i++) {
            float[] values = new float[3 * height * width];
            binary.asFloatBuffer().get(values);
            binary.position(binary.position() + Math.toIntExact(imageBytes()));
            tensors.add(new PredictionRequest.Input.Tensor(values));
        }
        return tensors;
    }

    /** Each image has its length before it, in 4 bytes, the lowest first. */
    private List<PredictionRequest.Input> prefixed(int images) throws DetectionException {
        List<PredictionRequest.Input> encoded = new ArrayList<>(images);
        while (binary.hasRemaining() && encoded.size() < images) {
            long length = binary.remaining() < Integer.BYTES ? Long.MAX_VALUE : Integer.toUnsignedLong(binary.getInt());
            if (length > binary.remaining()) {
                throw Invalid.request("Image " + (encoded.size() + 1)
                        + " ends too early: each needs its length before it, in 4 bytes, the lowest first");
            }
            byte[] image = new byte[(int) length];
            binary.get(image);
            encoded.add(new PredictionRequest.Input.Encoded(image));
        }
        if (binary.hasRemaining() || encoded.size() < images) {
            throw Invalid.request("The shape of the input says " + images + " images, but the bytes hold "
                    + (binary.hasRemaining() ? "more" : "only " + encoded.size()));
        }
        return encoded;
    }

    /** As OpenVINO Model Server has it: without a size, what follows the JSON is one image and nothing else. */
    private List<PredictionRequest.Input> wholeImage(int images) throws DetectionException {
        if (images != 1) {
            throw Invalid.request("Without binary_data_size the bytes are one image, but the shape says " + images);
        }
        byte[] image = new byte[binary.remaining()];
        binary.get(image);
        return List.of(new PredictionRequest.Input.Encoded(image));
    }

    private long imageBytes() {
        return 3L * height * width * Float.BYTES;
    }
}
