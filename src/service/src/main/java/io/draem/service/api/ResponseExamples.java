package io.draem.service.api;

import io.draem.service.web.Problem;
import io.draem.service.web.ProblemType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Examples of responses for the API document. */
public final class ResponseExamples {

    /** The id of the request in all of them. */
    public static final String ID = "7f9c24e8-3b12-4c6f-9e52-1b0c1f0f4b8e";

    /** The detail of the problem for an image that cannot be read. */
    public static final String INVALID_IMAGE =
            "The JPEG is truncated, it ends before its end marker: transfer the whole file";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};

    private static final String MODEL = """
            {
              "name": "cookie",
              "default": true,
              "version": 1,
              "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
              "provider": "cpu",
              "scoresNormalized": false,
              "input": {
                "width": 128, "height": 128, "color": "RGB", "resize": "antialiased-bilinear", "imageScore": "graph"
              },
              "regionOfInterest": {"accepted": false},
              "thresholds": {"rule": "quantile", "image": 0.667, "pixel": 0.347},
              "scoreRange": {"min": 0.402, "max": 0.908},
              "mapRange": {"min": 0.001, "max": 0.953},
              "calibration": {"normal": 27, "normalAbove": 1, "expectedFalseAlarms": {"min": 0.001, "max": 0.19}, "anomalous": 0, "synthetic": 108},
              "reconstruction": true,
              "metrics": {"image_auroc": 0.967, "pixel_auroc": 0.884},
              "versions": [{"version": 1, "state": "served"}]
            }
            """;

    private static final String REFUSED = """
            {"name": "cookie", "version": 2, "reason": "model.onnx has 0 bytes"}
            """;

    private ResponseExamples() {}

    /** Returns the response to an operation that succeeds, as JSON; null for an operation without an example. */
    public static @Nullable Map<String, Object> of(String operationId) {
        return switch (operationId) {
            case "detect" -> JSON.convertValue(detection(ID), MAP);
            case "detectBatch" -> JSON.convertValue(batch(), MAP);
            case "getModel" -> JSON.readValue(MODEL, MAP);
            case "listModels" -> JSON.readValue("{\"models\": [" + MODEL + "], \"refused\": [" + REFUSED + "]}", MAP);
            default -> null;
        };
    }

    /** Returns the value of the header Server-Timing of an operation that examines images. */
    public static String serverTiming(String operationId) {
        return operationId.equals("detectBatch") ? TimingResponse.metric("total", 34.106) : timing().header();
    }

    private static TimingResponse timing() {
        return new TimingResponse(3.683, 0.824, 0.082, 27.395, 0.901, 0.045, 32.93, 1);
    }

    private static BatchResponse batch() {
        Problem problem = ProblemType.INVALID_IMAGE.problem(INVALID_IMAGE, ID + "-1");
        return BatchResponse.of(
                ID,
                List.of(
                        new BatchResponse.Entry("part-0142.jpg", detection(ID + "-0"), null),
                        new BatchResponse.Entry("part-0143.jpg", null, problem)));
    }

    private static DetectionResponse detection(String id) {
        return new DetectionResponse(
                id,
                new DetectionResponse.Model(
                        "cookie", 1, "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "cpu"),
                new DetectionResponse.Image(
                        256, 256, "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
                new InputResponse(true, List.of()),
                null,
                null,
                null,
                List.of(),
                true,
                0.804,
                0.896,
                false,
                0.667,
                0.347,
                false,
                16,
                1,
                List.of(new RegionResponse(
                        new RegionResponse.Box(129, 162, 64, 94),
                        3_008,
                        new RegionResponse.Position(161.0, 209.0),
                        0.804,
                        0.519,
                        null)),
                null,
                null,
                null,
                null,
                null,
                timing());
    }
}
