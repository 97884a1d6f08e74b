package io.draem.service.openapi;

import io.draem.model.ModelCard;
import io.draem.service.api.DetectionQuery;
import io.draem.service.api.SchemaNames;
import io.draem.service.detection.DetectionRequest;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.QueryParameter;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/** Describes the parameters of a {@link DetectionQuery} in the contract. */
final class QueryDocumentation {

    private static final String POINT = "[0-9.]+,[0-9.]+";
    private static final String POLYGON = POINT + "( " + POINT + "){2,}";
    private static final String POLYGONS = "^" + POLYGON + "(;" + POLYGON + ")*$";

    private QueryDocumentation() {}

    static List<Parameter> parameters() {
        return List.of(
                parameter(
                        DetectionQuery.MODEL,
                        "Name of the model; without it the default model is used",
                        new StringSchema().minLength(1),
                        "cookie"),
                parameter(
                        DetectionQuery.VERSION,
                        "Version of the model; without it the one in service is used",
                        new IntegerSchema().minimum(BigDecimal.ZERO).maximum(BigDecimal.valueOf(999_999_999)),
                        1),
                parameter(
                        DetectionQuery.THRESHOLD,
                        "Raw image score above which an image is anomalous; without it the model's own",
                        fraction(),
                        0.6),
                parameter(
                        DetectionQuery.PIXEL_THRESHOLD,
                        "Raw map value above which a pixel belongs to a region and to the mask; without it the"
                                + " model's own. It does not change the verdict",
                        fraction(),
                        0.4),
                parameter(
                        DetectionQuery.MIN_REGION_AREA,
                        "Smallest number of pixels of the image in a region; without it the model's own, and where it"
                                + " has none the service's. The region of the peak of an anomalous image is"
                                + " reported whatever its size",
                        new IntegerSchema()
                                .minimum(BigDecimal.ONE)
                                .maximum(BigDecimal.valueOf(ModelCard.MAX_REGION_AREA)),
                        16),
                parameter(
                        DetectionQuery.REGION_OF_INTEREST,
                        "The part of the image that counts, in place of the model's own: polygons of points x,y from 0 to 1,"
                                + " relative to the image, with spaces between points and semicolons between polygons."
                                + " Refused by a model whose score comes from the graph",
                        new StringSchema().pattern(POLYGONS),
                        "0.2,0.1 0.8,0.1 0.8,0.9 0.2,0.9"),
                parameter(
                        DetectionQuery.MAX_PICTURE_SIDE,
                        "Longest side of map, mask, overlay and reconstruction in pixels: larger pictures are reduced to it."
                                + " Score and regions are the same",
                        new IntegerSchema()
                                .minimum(BigDecimal.ONE)
                                .maximum(BigDecimal.valueOf(DetectionRequest.MOST_PICTURE_SIDE)),
                        1600),
                parameter(
                        DetectionQuery.INCLUDE,
                        "Additions to the response: the outline of each region (polygon), the tiles of the image (tiles),"
                                + " the anomaly map as a 16-bit PNG (map) or as raw values (map-float32), mask, overlay, or"
                                + " the reconstruction, where the model has it. Map, mask and overlay have the size of the"
                                + " image, unless maxPictureSide is smaller. Regions are always returned",
                        new ArraySchema().items(new Schema<>().$ref(SchemaNames.INCLUDE)),
                        List.of("regions", "mask")));
    }

    private static Parameter parameter(String name, String description, Schema<?> schema, Object example) {
        return example(
                new QueryParameter()
                        .name(name)
                        .description(description)
                        .required(false)
                        .schema(schema),
                example);
    }

    /**
     * Gives a parameter an example: in its schema for programs, and in words, since Swagger UI does not show that one. What
     * is named the parameter's own example Swagger UI fills in and sends.
     */
    @SuppressWarnings("unchecked") // the example is written as it is, whatever its class
    static Parameter example(Parameter parameter, Object example) {
        parameter.getSchema().addExample(example);
        String words = example instanceof List<?> several
                ? several.stream().map(Object::toString).collect(Collectors.joining(","))
                : example.toString();
        return parameter.description(parameter.getDescription() + ". Example: " + words);
    }

    private static Schema<?> fraction() {
        return new NumberSchema().format("double").minimum(BigDecimal.ZERO).maximum(BigDecimal.ONE);
    }
}
