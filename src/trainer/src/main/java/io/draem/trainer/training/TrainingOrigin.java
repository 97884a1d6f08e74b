package io.draem.trainer.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.trainer.network.ComputeDevice;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a training is made of: another recipe or other images give another model.
 *
 * @param dataDigest of all images and masks
 * @param parts digests of the images by what they are for
 * @param textureDigest of the anomaly-source images; empty without any
 * @param startDigest of the file of the initial weights, that of {@code --start-from} or the pretrained ones; empty for
 *     random ones
 * @param device that computes, whose arithmetic decides the last bits
 * @param threads of libtorch, whose number decides the last bits of sums
 * @param trainer version of this program
 * @param whiteLevel of deep images; null for the full range
 */
public record TrainingOrigin(
        Recipe recipe,
        String dataDigest,
        Parts parts,
        String textureDigest,
        String startDigest,
        ComputeDevice device,
        int threads,
        String trainer,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer whiteLevel) {

    /**
     * Digests of images, of their masks and of their labels, each empty if there are none.
     *
     * @param train of those to train on
     * @param validation of those that weights are selected by
     * @param test of those that give figures alone
     */
    public record Parts(String train, String validation, String test) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The options whose names are not those of the recipe's fields. */
    private static final Map<String, String> OPTIONS = Map.ofEntries(
            Map.entry("recipe.imageSize", "--image-size or --tiles"),
            Map.entry("recipe.network.centered", "--center-input"),
            Map.entry("recipe.region", "--region-of-interest"),
            Map.entry("recipe.tiling.margin", "margin of --tiles"),
            Map.entry("recipe.optimizer.adam.rule", "--optimizer"),
            Map.entry("recipe.optimizer.adam.beta1", "--adam-betas (first)"),
            Map.entry("recipe.optimizer.adam.beta2", "--adam-betas (second)"),
            Map.entry("recipe.optimizer.adam.epsilon", "--adam-epsilon"),
            Map.entry("recipe.synthesis.perlin.minScale", "--perlin-scales (smallest)"),
            Map.entry("recipe.synthesis.perlin.maxScale", "--perlin-scales (largest)"),
            Map.entry("recipe.synthesis.perlin.threshold", "--perlin-threshold"),
            Map.entry("recipe.synthesis.perlin.rotation", "--mask-rotation"),
            Map.entry("recipe.synthesis.beta.min", "--beta (smallest)"),
            Map.entry("recipe.synthesis.beta.max", "--beta (largest)"),
            Map.entry("recipe.synthesis.augmenters.count", "--augmenters-per-texture"),
            Map.entry("recipe.synthesis.augmenters.among", "--augmenters"),
            Map.entry("recipe.synthesis.normalRotation.probability", "--rotate-normals"),
            Map.entry("recipe.synthesis.normalRotation.degrees", "--rotation-degrees"),
            Map.entry("recipe.synthesis.normalRotation.light", "--vary-light"),
            Map.entry("recipe.synthesis.selfTextures.probability", "--self-textures"),
            Map.entry("recipe.synthesis.selfTextures.augmenters", "--self-texture-augmenters"),
            Map.entry("recipe.synthesis.selfTextures.contrast", "--self-texture-contrast"),
            Map.entry("recipe.validation.split", "--validation"),
            Map.entry("recipe.batchNorm.batches", "--batch-norm-batches"),
            Map.entry("recipe.batchNorm.clean", "--batch-norm-on-clean"),
            Map.entry("dataDigest", "digest of the images of --data"),
            Map.entry("parts.train", "digest of the training images of --data"),
            Map.entry("parts.validation", "digest of the validation images of --data"),
            Map.entry("textureDigest", "digest of the images of --anomaly-source"),
            Map.entry("startDigest", "digest of the initial weights"));

    private static final Set<String> HARMLESS = Set.of("device", "threads", "trainer");
    private static final String DATA = "dataDigest";
    private static final String PARTS = "parts.";
    private static final String TEST = PARTS + "test";

    JsonNode toJson() {
        return JSON.readTree(JSON.writeValueAsString(this));
    }

    /** Returns every option and digest by its path, with dots. */
    public Map<String, String> parameters() {
        Map<String, String> leaves = new TreeMap<>();
        flatten("", toJson(), leaves);
        return leaves;
    }

    /** Returns a line for each difference from an older training that makes it another one. */
    public List<String> differencesFrom(JsonNode older) {
        boolean sameImages = older.path(DATA).asString("").equals(dataDigest);
        boolean knowsParts = older.has("parts");
        return compare(older, name -> {
            if (name.equals(DATA)) {
                return !knowsParts;
            }
            if (name.startsWith(PARTS)) {
                return knowsParts && !sameImages && !name.equals(TEST);
            }
            return !HARMLESS.contains(name);
        });
    }

    /**
     * Returns whether an older training had other test images or unused files, which change figures but no weights; only
     * if {@link #differencesFrom} finds no difference.
     */
    public boolean testsOnOtherImagesThan(JsonNode older) {
        return !older.path(DATA).asString("").equals(dataDigest);
    }

    /** Returns a line for each difference from an older training that may change the last bits of the weights. */
    public List<String> deviationsFrom(JsonNode older) {
        return compare(older, HARMLESS::contains);
    }

    private List<String> compare(JsonNode older, Predicate<String> asked) {
        Map<String, String> before = new TreeMap<>();
        Map<String, String> now = new TreeMap<>();
        flatten("", older, before);
        flatten("", toJson(), now);
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        return names.stream()
                .filter(asked)
                .filter(name -> !Objects.equals(before.get(name), now.get(name)))
                .map(name -> option(name) + ": " + before.getOrDefault(name, "not known") + " in the checkpoint, "
                        + now.getOrDefault(name, "not known") + " now")
                .toList();
    }

    private static void flatten(String path, JsonNode node, Map<String, String> leaves) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(entry -> flatten(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), leaves));
        } else {
            leaves.put(path, node.isString() ? node.stringValue() : node.toString());
        }
    }

    private static String option(String path) {
        String field = path.substring(path.lastIndexOf('.') + 1);
        return OPTIONS.getOrDefault(
                path, "--" + field.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }
}
