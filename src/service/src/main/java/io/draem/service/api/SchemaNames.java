package io.draem.service.api;

/** Names in the API document that annotations refer to. */
public final class SchemaNames {

    /** Tag of the endpoints for images. */
    public static final String DETECTION_TAG = "detection";

    /** Tag of the endpoints that describe models. */
    public static final String MODELS_TAG = "models";

    /** Tag of the endpoints for captured images. */
    public static final String REVIEW_TAG = "review";

    private static final String SCHEMAS = "#/components/schemas/";

    /** Reference to the parts that a response can have in addition to the verdict. */
    public static final String INCLUDE = SCHEMAS + "Include";

    /** Reference to the forms of a picture's data. */
    public static final String PICTURE_ENCODING = SCHEMAS + "PictureEncoding";

    /** Reference to the execution providers. */
    public static final String PROVIDER = SCHEMAS + "Provider";

    /** Reference to the ways to find thresholds. */
    public static final String THRESHOLD_RULE = SCHEMAS + "ThresholdRule";

    /** Reference to the origins of a region of interest. */
    public static final String REGION_SOURCE = SCHEMAS + "RegionSource";

    /** Reference to the ways to take the score of an image. */
    public static final String IMAGE_SCORE = SCHEMAS + "ImageScore";

    /** Reference to the states of a version. */
    public static final String VERSION_STATE = SCHEMAS + "VersionState";

    private SchemaNames() {}
}
