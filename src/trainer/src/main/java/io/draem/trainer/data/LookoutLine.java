package io.draem.trainer.data;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One line of a {@link LookoutManifest}: the JSON object of an image. */
record LookoutLine(JsonNode json) {

    static final String ANOMALY = "anomaly";

    private static final String METADATA = "-metadata";
    private static final String CLASSIFICATION = "groundtruth/image-classification";
    private static final String SEGMENTATION = "groundtruth/semantic-segmentation";
    private static final String NORMAL = "normal";
    private static final String BACKGROUND = "BACKGROUND";
    private static final int WHITE = 0xFFFFFF;
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
    private static final Pattern COLOR = Pattern.compile("#[0-9A-Fa-f]{6}");

    /** The problem of a line; the message is a clause that follows its number. */
    static final class LineException extends Exception {

        private static final long serialVersionUID = 1L;

        LineException(String message) {
            super(message);
        }
    }

    /**
     * The defects of an image.
     *
     * @param name the types of its defects, in order, with {@code +} between
     * @param colors of its mask
     */
    record Defect(String name, MaskColors colors) {}

    static LookoutLine of(String line) throws LineException {
        try {
            JsonNode json = JsonMapper.shared().readTree(line);
            if (json.isObject()) {
                return new LookoutLine(json);
            }
        } catch (JacksonException e) {
            // reported below
        }
        throw new LineException("it is not a JSON object; each line must be a whole one");
    }

    /** Returns whether the label is normal, not anomaly, by the metadata of a label of any name. */
    boolean isNormal() throws LineException {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (field.getKey().equals("anomaly-label" + METADATA)
                    || field.getKey().endsWith(METADATA)
                            && field.getValue().path("type").asString("").equals(CLASSIFICATION)) {
                String name = field.getValue().path("class-name").asString("");
                if (name.equalsIgnoreCase(NORMAL) || name.equalsIgnoreCase(ANOMALY)) {
                    return name.equalsIgnoreCase(NORMAL);
                }
                throw new LineException("the class-name of " + field.getKey() + " is '" + name
                        + "': label the image normal or anomaly, or remove the line");
            }
        }
        throw new LineException(
                "it has no label (anomaly-label-metadata): label the image normal or anomaly, or remove the line");
    }

    /** Returns the name of the field with the mask, which may be any that ends in {@code -ref}; null without a mask. */
    @Nullable
    String maskField() {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String name = field.getKey();
            if (name.equals("anomaly-mask-ref")
                    || name.endsWith("-ref")
                            && json.path(name + METADATA)
                                    .path("type")
                                    .asString("")
                                    .equals(SEGMENTATION)) {
                return name;
            }
        }
        return null;
    }

    /** Returns what the colors of a mask mean. */
    Defect defect(String maskField) throws LineException {
        JsonNode map = json.path(maskField + METADATA).path("internal-color-map");
        if (!map.isObject()) {
            throw new LineException(
                    maskField + METADATA + " has no internal-color-map: add it, or remove " + maskField);
        }
        Set<Integer> background = new HashSet<>();
        Set<Integer> defects = new HashSet<>();
        TreeSet<String> types = new TreeSet<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String type = entry.getValue().path("class-name").asString("").strip();
            String color = entry.getValue().path("hex-color").asString("").strip();
            if (type.isEmpty() || !COLOR.matcher(color).matches()) {
                throw new LineException("the entry '" + entry.getKey()
                        + "' of internal-color-map needs a class-name and a hex-color like #23a436");
            }
            int rgb = Integer.parseInt(color.substring(1), 16);
            if (type.equalsIgnoreCase(BACKGROUND)) {
                background.add(rgb);
            } else {
                defects.add(rgb);
                types.add(type);
            }
        }
        if (background.isEmpty()) {
            background.add(WHITE); // the default of the service
        }
        if (defects.isEmpty() || background.stream().anyMatch(defects::contains)) {
            throw new LineException("internal-color-map must have a color for an anomaly that is not the background's");
        }
        String name = String.join("+", types);
        return new Defect(LabelledImage.isGood(name) ? ANOMALY : name, new MaskColors(background, defects));
    }

    /** Returns the text of a field. */
    String reference(String field) {
        return json.path(field).asString("").strip();
    }

    /** Returns the parts between slashes of the object's key that a field names, or of its path. */
    List<String> key(String field) throws LineException {
        String reference = reference(field);
        if (reference.isEmpty()) {
            throw new LineException("it has no " + field);
        }
        String key = reference;
        if (reference.startsWith("s3://")) {
            key = reference.substring("s3://".length());
        } else if (SCHEME.matcher(reference).matches()) {
            throw new LineException(field + " is '" + reference + "', and must be s3://BUCKET/KEY or a path");
        }
        List<String> parts = List.of(key.split("/"));
        if (parts.contains("..")) {
            throw new LineException(field + " '" + reference + "' leads out of the folder of the images");
        }
        return parts;
    }
}
