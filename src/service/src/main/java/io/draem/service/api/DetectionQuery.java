package io.draem.service.api;

import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.detection.Include;
import io.draem.service.detection.RequestedRegions;
import io.draem.service.queue.RequestContext;
import io.draem.text.SafeText;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * The parameters of a detection, from the query.
 *
 * @param model name of the model; null for the default
 * @param version version of the model; null for the one in service
 * @param threshold raw image score above which an image is anomalous; null for the model's own
 * @param pixelThreshold raw map value above which a pixel belongs to a region; null for the model's own
 * @param minRegionArea fewest pixels of a region; null for the model's own, else the service's
 * @param region the part of the image that counts; null for the model's own
 * @param maxPictureSide longest side of the pictures in pixels; null for the size of the image
 * @param include what to return in addition to the verdict
 */
public record DetectionQuery(
        @Nullable String model,
        @Nullable Integer version,
        @Nullable Double threshold,
        @Nullable Double pixelThreshold,
        @Nullable Integer minRegionArea,
        @Nullable RegionOfInterest region,
        @Nullable Integer maxPictureSide,
        Set<Include> include) {

    /** Name of the parameter for the model. */
    public static final String MODEL = "model";

    /** Name of the parameter for its version. */
    public static final String VERSION = "version";

    /** Name of the parameter for the threshold of the image score. */
    public static final String THRESHOLD = "threshold";

    /** Name of the parameter for the threshold of the map. */
    public static final String PIXEL_THRESHOLD = "pixelThreshold";

    /** Name of the parameter for the fewest pixels of a region. */
    public static final String MIN_REGION_AREA = "minRegionArea";

    /** Name of the parameter for the region of interest, and of the part of a form that is a mask of it. */
    public static final String REGION_OF_INTEREST = "roi";

    /** Name of the parameter for the longest side of pictures. */
    public static final String MAX_PICTURE_SIDE = "maxPictureSide";

    /** Name of the parameter for what to give in addition to the verdict. */
    public static final String INCLUDE = "include";

    /** The names of the parameters. */
    public static final List<String> NAMES = List.of(
            MODEL, VERSION, THRESHOLD, PIXEL_THRESHOLD, MIN_REGION_AREA, REGION_OF_INTEREST, MAX_PICTURE_SIDE, INCLUDE);

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,5})?");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");

    /** Copies the set. */
    public DetectionQuery {
        include = Set.copyOf(include);
    }

    /**
     * Reads a query.
     *
     * @throws DetectionException if a parameter is not known or its value is not what it takes
     */
    static DetectionQuery parse(@Nullable String query) throws DetectionException {
        QueryParameters parameters = QueryParameters.parse(query, NAMES);
        return new DetectionQuery(
                parameters.single(MODEL),
                version(parameters.single(VERSION)),
                fraction(THRESHOLD, parameters.single(THRESHOLD)),
                fraction(PIXEL_THRESHOLD, parameters.single(PIXEL_THRESHOLD)),
                pixels(MIN_REGION_AREA, parameters.single(MIN_REGION_AREA), ModelCard.MAX_REGION_AREA),
                region(parameters.single(REGION_OF_INTEREST)),
                pixels(MAX_PICTURE_SIDE, parameters.single(MAX_PICTURE_SIDE), DetectionRequest.MOST_PICTURE_SIDE),
                include(parameters.all(INCLUDE)));
    }

    /**
     * Returns the request for one image.
     *
     * @param region the part of it that counts, of the query or of a mask; null for the model's own
     */
    DetectionRequest request(byte[] image, @Nullable RegionOfInterest region, RequestContext context) {
        return new DetectionRequest(
                image,
                model,
                version,
                threshold,
                pixelThreshold,
                minRegionArea,
                region,
                maxPictureSide,
                include,
                context);
    }

    /** Returns the same parameters with the overlay alone. */
    DetectionQuery forOverlay() {
        return new DetectionQuery(
                model,
                version,
                threshold,
                pixelThreshold,
                minRegionArea,
                region,
                maxPictureSide,
                Set.of(Include.OVERLAY));
    }

    static @Nullable Integer version(@Nullable String value) throws DetectionException {
        if (value == null) {
            return null;
        }
        if (!WHOLE.matcher(value).matches()) {
            throw QueryParameters.rejected("The parameter " + VERSION + " must be a whole number, such as 1");
        }
        return Integer.valueOf(value);
    }

    private static @Nullable Integer pixels(String name, @Nullable String value, int most) throws DetectionException {
        if (value == null) {
            return null;
        }
        int pixels = WHOLE.matcher(value).matches() ? Integer.parseInt(value) : 0;
        if (pixels < 1 || pixels > most) {
            throw QueryParameters.rejected(
                    "The parameter " + name + " must be a whole number of pixels from 1 to " + most);
        }
        return pixels;
    }

    private static @Nullable RegionOfInterest region(@Nullable String value) throws DetectionException {
        return value == null ? null : RequestedRegions.ofText(REGION_OF_INTEREST, value);
    }

    private static @Nullable Double fraction(String name, @Nullable String value) throws DetectionException {
        if (value == null) {
            return null;
        }
        double number = DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : Double.NaN;
        if (!(number >= 0 && number <= 1)) {
            throw QueryParameters.rejected("The parameter " + name + " must be a number between 0 and 1");
        }
        return number;
    }

    private static Set<Include> include(List<String> values) throws DetectionException {
        Set<Include> includes = EnumSet.noneOf(Include.class);
        for (String value : values) {
            for (String id : value.split(",", -1)) {
                includes.add(include(id.strip()));
            }
        }
        return includes;
    }

    private static Include include(String id) throws DetectionException {
        return Arrays.stream(Include.values())
                .filter(include -> include.id().equals(id))
                .findFirst()
                .orElseThrow(() -> QueryParameters.rejected("The parameter " + INCLUDE + " has the value "
                        + SafeText.quoted(id)
                        + ", but takes any of "
                        + Arrays.stream(Include.values()).map(Include::id).collect(Collectors.joining(", "))));
    }

    /** Resolves the argument of controllers from the query. */
    static final class Resolver implements HandlerMethodArgumentResolver {

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == DetectionQuery.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders)
                throws DetectionException {
            HttpServletRequest http = (HttpServletRequest) request.getNativeRequest();
            return DetectionQuery.parse(http.getQueryString());
        }
    }
}
