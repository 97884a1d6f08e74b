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

/**
 * Takes the images out of a request: tensors ({@code FP32}) or encoded images ({@code BYTES}), as JSON or in binary form.
 */
final class InputReader {

    private static final String FP32 = "FP32";
    private static final String BYTES = "BYTES";

    private final BodyReader.Body body;
    private final int width;
    private final int height;
    private final int maxImages;

    InputReader(BodyReader.Body body, ModelCard card, int maxImages) {
        this.body = body;
        this.width = card.width();
        this.height = card.height();
        this.maxImages = maxImages;
    }

    /** Returns the images of the one input that the model has. */
    List<PredictionRequest.Input> read(List<InputTensor> inputs) throws DetectionException {
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
            if (body.binaryLength() > 0 || input.binarySize() != null) {
                throw Invalid.request("The input has both data and a binary form: send one of them");
            }
            return tensor ? numbers(input.data(), images) : strings(input.data(), images);
        }
        if (input.binarySize() != null && input.binarySize() != body.binaryLength()) {
            throw Invalid.request("binary_data_size is " + input.binarySize() + ", but " + body.binaryLength()
                    + " bytes follow the JSON");
        }
        if (body.binaryLength() == 0) {
            throw Invalid.request("The input has no data: send 'data', or its bytes behind the JSON with"
                    + " binary_data_size and the header " + BodyReader.JSON_LENGTH);
        }
        if (tensor) {
            return floats(images);
        }
        return input.binarySize() == null ? wholeImage(images) : prefixed(images);
    }

    static DetectionException notOneInput() {
        return Invalid.request("The model has one input, named '" + ModelContract.INPUT + "': send it and no other");
    }

    /** Returns the images of a body that is one tensor and nothing else. */
    List<PredictionRequest.Input> readRaw() throws DetectionException {
        long bytes = imageBytes();
        if (body.binaryLength() == 0 || body.binaryLength() % bytes != 0) {
            throw Invalid.request("A body without JSON is the tensor itself, " + bytes + " bytes an image, got "
                    + body.binaryLength());
        }
        long images = body.binaryLength() / bytes;
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
        if (images * imageBytes() != body.binaryLength()) {
            throw Invalid.request("The shape of the input says " + images * imageBytes() + " bytes, but "
                    + body.binaryLength() + " follow the JSON");
        }
        List<PredictionRequest.Input> tensors = new ArrayList<>(images);
        ByteBuffer bytes = binary();
        for (int i = 0; i < images; i++) {
            float[] values = new float[3 * height * width];
            bytes.asFloatBuffer().get(values);
            bytes.position(bytes.position() + Math.toIntExact(imageBytes()));
            tensors.add(new PredictionRequest.Input.Tensor(values));
        }
        return tensors;
    }

    /** Each image has its length before it, in 4 bytes, the lowest first. */
    private List<PredictionRequest.Input> prefixed(int images) throws DetectionException {
        List<PredictionRequest.Input> encoded = new ArrayList<>(images);
        ByteBuffer bytes = binary();
        while (bytes.hasRemaining() && encoded.size() < images) {
            long length = bytes.remaining() < Integer.BYTES ? Long.MAX_VALUE : Integer.toUnsignedLong(bytes.getInt());
            if (length > bytes.remaining()) {
                throw Invalid.request("Image " + (encoded.size() + 1)
                        + " ends too early: each needs its length before it, in 4 bytes, the lowest first");
            }
            byte[] image = new byte[(int) length];
            bytes.get(image);
            encoded.add(new PredictionRequest.Input.Encoded(image));
        }
        if (bytes.hasRemaining() || encoded.size() < images) {
            throw Invalid.request("The shape of the input says " + images + " images, but the bytes hold "
                    + (bytes.hasRemaining() ? "more" : "only " + encoded.size()));
        }
        return encoded;
    }

    /** As OpenVINO Model Server has it: without a size, what follows the JSON is one image and nothing else. */
    private List<PredictionRequest.Input> wholeImage(int images) throws DetectionException {
        if (images != 1) {
            throw Invalid.request("Without binary_data_size the bytes are one image, but the shape says " + images);
        }
        byte[] image = Arrays.copyOfRange(body.bytes(), body.jsonLength(), body.bytes().length);
        return List.of(new PredictionRequest.Input.Encoded(image));
    }

    private ByteBuffer binary() {
        return ByteBuffer.wrap(body.bytes(), body.jsonLength(), body.binaryLength())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private long imageBytes() {
        return 3L * height * width * Float.BYTES;
    }
}
