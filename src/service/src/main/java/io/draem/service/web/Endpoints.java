package io.draem.service.web;

import io.draem.service.security.Gatekeeper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Paths that more than one layer knows, without the context's, and the media types that endpoints for images accept. */
public final class Endpoints {

    /** Examines one image. */
    public static final String DETECT = "/v1/detect";

    /** Examines several images. */
    public static final String DETECT_BATCH = "/v1/detect/batch";

    /** Lists captured images; what the paths of each begin with. */
    public static final String CAPTURED_IMAGES = "/v1/review/images";

    /** What the paths of the Open Inference Protocol for models begin with. */
    static final String PROTOCOL_MODELS = "/v2/models/";

    /** What the paths of the protocol's extension for the model repository begin with. */
    static final String REPOSITORY = "/v2/repository/";

    /** Most bytes of a body for operations, the model repository or a label. */
    public static final int OPERATION_BYTES = 64 << 10;

    /** The role of requests that may load, unload, promote and roll back models. */
    public static final String ADMIN = Gatekeeper.ADMIN;

    /** The role of requests that may see and label captured images. */
    public static final String REVIEW = Gatekeeper.REVIEW;

    /** Runs a model, by the Open Inference Protocol. */
    public static final String INFER = "/v2/models/{name}/infer";

    /** Runs a version of a model, by the Open Inference Protocol. */
    public static final String INFER_VERSION = "/v2/models/{name}/versions/{version}/infer";

    /** The path of Swagger UI. */
    public static final String EXPLORER = "/swagger-ui.html";

    /** The part of a form for one image. */
    public static final String PART = "image";

    /** The parts of a form for several images. */
    public static final String PARTS = "images";

    /** The media type of the body that is an image of any format. */
    public static final String IMAGE_TYPE = "image/*";

    private static final Map<String, List<MediaType>> TYPES = Map.of(
            DETECT,
                    List.of(
                            MediaType.MULTIPART_FORM_DATA,
                            MediaType.parseMediaType(IMAGE_TYPE),
                            MediaType.APPLICATION_OCTET_STREAM),
            DETECT_BATCH, List.of(MediaType.MULTIPART_FORM_DATA));

    private static final List<PathPattern> PATTERNS = Stream.of(DETECT, DETECT_BATCH, INFER, INFER_VERSION)
            .map(PathPatternParser.defaultInstance::parse)
            .toList();

    private Endpoints() {}

    /**
     * Requires that the key of a request has a right.
     *
     * @param role {@link #ADMIN} or {@link #REVIEW}
     * @throws ProblemException if it has not
     */
    public static void requireRole(HttpServletRequest request, String role) {
        if (!request.isUserInRole(role)) {
            throw new ProblemException(ProblemType.FORBIDDEN, ProblemType.FORBIDDEN.detail(""));
        }
    }

    /** Returns whether a path is that of an endpoint whose body is an image or a form of images. */
    static boolean takesImages(String path) {
        return TYPES.containsKey(path);
    }

    /** Returns the pattern of the endpoint that runs models at a path; null where there is none. */
    static @Nullable String pattern(String path) {
        PathContainer segments = PathContainer.parsePath(path);
        return PATTERNS.stream()
                .filter(pattern -> pattern.matches(segments))
                .map(PathPattern::getPatternString)
                .findFirst()
                .orElse(null);
    }

    /**
     * Returns whether an endpoint for images accepts a body.
     *
     * @param type the value of Content-Type; a body without one is bytes of any kind
     */
    static boolean accepts(String path, @Nullable String type) {
        try {
            MediaType sent = type == null || type.isEmpty()
                    ? MediaType.APPLICATION_OCTET_STREAM
                    : MediaType.parseMediaType(type);
            return TYPES.getOrDefault(path, List.of()).stream().anyMatch(accepted -> accepted.includes(sent));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    /** Returns the context path as the web server has it: without a slash at its end, empty for the root. */
    static String contextPath(ServerProperties server) {
        return Objects.requireNonNullElse(server.getServlet().getContextPath(), "");
    }

    /** Returns the path of Swagger UI with the context's. */
    public static String explorer(ServerProperties server) {
        return contextPath(server) + EXPLORER;
    }
}
