package io.draem.service.openapi;

import io.draem.frame.FrameScore;
import io.draem.score.ThresholdRule;
import io.draem.service.api.SchemaNames;
import io.draem.service.detection.Include;
import io.draem.service.web.Problem;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The enumerations of the contract, each a named schema: generated code then has one type per enumeration. */
final class ContractSchemas {

    private ContractSchemas() {}

    /**
     * Returns the schemas of the enumerations, and that of the problem, which no endpoint returns. The types of problems are no
     * enumeration: a client would reject a problem of a new type.
     */
    @SuppressWarnings("rawtypes")
    static Map<String, Schema> schemas() {
        Map<String, Schema> schemas = new TreeMap<>();
        add(
                schemas,
                SchemaNames.INCLUDE,
                "What a response can have in addition to the verdict",
                Arrays.stream(Include.values()).map(Include::id));
        add(
                schemas,
                SchemaNames.PICTURE_ENCODING,
                "Form of a picture's data: png (8 bits per channel), png16 (gray, 65535 is 1.0), or float32"
                        + " (little endian, row by row from the top, no header)",
                Stream.of("png", "png16", "float32"));
        add(
                schemas,
                SchemaNames.IMAGE_SCORE,
                "Where the score of an image comes from: the graph, or the largest value of the map (maximum), of the means of"
                        + " 5x5 pixels (smoothed), or of 21x21 pixels (averaged)",
                Arrays.stream(FrameScore.values()).map(FrameScore::id));
        add(schemas, SchemaNames.PROVIDER, "Where a model runs", Stream.of("cpu", "cuda", "tensorrt"));
        add(
                schemas,
                SchemaNames.REGION_SOURCE,
                "Where a region of interest comes from: the request, else the model",
                Stream.of("request", "model"));
        add(
                schemas,
                SchemaNames.THRESHOLD_RULE,
                "How thresholds were found; graph: inside the graph, by the program that exported it",
                Stream.concat(Arrays.stream(ThresholdRule.values()).map(ThresholdRule::id), Stream.of("graph")));
        add(
                schemas,
                SchemaNames.VERSION_STATE,
                "State of a version of a model",
                Stream.of("served", "candidate", "refused"));
        schemas.putAll(ModelConverters.getInstance(true).read(Problem.class));
        return schemas;
    }

    private static void add(
            @SuppressWarnings("rawtypes") Map<String, Schema> schemas,
            String reference,
            String description,
            Stream<String> words) {
        StringSchema schema = new StringSchema();
        schema.setDescription(description);
        words.forEach(schema::addEnumItem);
        schemas.put(reference.substring(reference.lastIndexOf('/') + 1), schema);
    }
}
