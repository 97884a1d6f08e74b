package io.draem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.image.ImageMask;
import io.draem.image.RgbImage;
import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.score.ThresholdRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

class ModelCardTests {

    private static final ObjectMapper JSON = JsonMapper.shared();

    static ModelCard card() {
        return new ModelCard(
                "cookie",
                256,
                128,
                new Calibration(
                        ThresholdRule.RECALL,
                        0.1 + 0.2,
                        0.4,
                        0,
                        0.9,
                        1e-7,
                        1,
                        31,
                        17,
                        4,
                        5_000_000_000L,
                        70_000,
                        9,
                        2,
                        0.95),
                JSON.createObjectNode().put("seed", 7).put("note", "ä \"quoted\""),
                JSON.createObjectNode().put("auroc", 0.91));
    }

    static Iterable<String> keys() {
        return card().toMetadata().keySet();
    }

    @Test
    void equalsTheCardThatIsReadFromItsMetadata() throws ModelCardException {
        assertThat(ModelCard.fromMetadata(card().toMetadata())).isEqualTo(card());
    }

    @Test
    void readsTheSmallestAreaOfRegionsAndPrefersThatOfTheRequestThenOfTheModel() throws ModelCardException {
        ModelCard card = card().withMinRegionArea(40);
        assertThat(card.toMetadata())
                .containsEntry("draem.region.min-area", "40")
                .containsEntry("draem.version", "1");
        assertThat(ModelCard.fromMetadata(card.toMetadata())).isEqualTo(card);
        assertThat(card().toMetadata()).doesNotContainKey("draem.region.min-area");
        assertThat(card.minRegionArea(3, 16)).isEqualTo(3);
        assertThat(card.minRegionArea(null, 16)).isEqualTo(40);
        assertThat(card().minRegionArea(null, 16)).isEqualTo(16);
    }

    @Test
    void countsEachImageAsMaskedWhereAnOlderGraphHasNoCount() throws ModelCardException {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        assertThat(metadata.get("draem.calibration")).contains("\"masked\":9");
        metadata.computeIfPresent("draem.calibration", (key, counts) -> counts.replace(",\"masked\":9", ""));
        assertThat(ModelCard.fromMetadata(metadata).calibration().maskedImages())
                .isEqualTo(17 + 4);
    }

    @Test
    void anOlderGraphDoesNotCountItsFalseAlarms() throws ModelCardException {
        assertThat(card().calibration().falseAlarms()).isEqualTo(new Proportion(2, 31));
        Calibration older = ModelCard.fromMetadata(withFalseAlarms("")).calibration();
        assertThat(older.normalAbove()).isNull();
        assertThat(older.falseAlarms()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "32", "1.5", "\"2\"", "null", "5000000000"})
    void falseAlarmsThatCannotBeAreRefused(String count) {
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(withFalseAlarms(",\"normalAbove\":" + count)))
                .withMessageContaining("normal");
    }

    private static Map<String, String> withFalseAlarms(String json) {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        assertThat(metadata.get("draem.calibration")).contains(",\"normalAbove\":2");
        metadata.computeIfPresent("draem.calibration", (key, counts) -> counts.replace(",\"normalAbove\":2", json));
        return metadata;
    }

    @Test
    void writesTheNamesOfTheContract() {
        assertThat(card().toMetadata())
                .containsEntry("draem.version", "1")
                .containsEntry("draem.model", "cookie")
                .containsEntry("draem.input.width", "256")
                .containsEntry("draem.input.height", "128")
                .containsEntry("draem.input.colour", "RGB")
                .containsEntry("draem.threshold.rule", "recall")
                .containsEntry("draem.threshold.image", "0.30000000000000004")
                .containsKeys(
                        "draem.resize",
                        "draem.threshold.pixel",
                        "draem.score.min",
                        "draem.score.max",
                        "draem.map.min",
                        "draem.map.max",
                        "draem.calibration",
                        "draem.training",
                        "draem.metrics");
    }

    @Test
    void ignoresMetadataOfOtherPrograms() throws ModelCardException {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        metadata.put("producer", "someone");

        assertThat(ModelCard.fromMetadata(metadata)).isEqualTo(card());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void namesAMissingKey(String key) {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        metadata.remove(key);

        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageContaining(key);
    }

    @Test
    void aWhiteLevelNeedsAReaderOfVersionTwo() throws ModelCardException {
        ModelCard deep = card().withWhiteLevel(OptionalInt.of(4095));
        assertThat(deep.toMetadata())
                .containsEntry("draem.version", "2")
                .containsEntry("draem.input.white-level", "4095");
        assertThat(ModelCard.fromMetadata(deep.toMetadata())).isEqualTo(deep);
        assertThat(deep.withImages(null).whiteLevel()).hasValue(4095);
        assertThat(card().toMetadata()).doesNotContainKey("draem.input.white-level");
    }

    static Iterable<Framing> framings() {
        RegionOfInterest polygons = RegionOfInterest.parse("0.1,0.2 0.9,0.3 0.5,0.95;0,0 0.2,0 0,0.2");
        RegionOfInterest mask =
                RegionOfInterest.ofMask(ImageMask.of(new RgbImage(2, 1, new byte[] {0, 0, 0, 9, 9, 9})));
        Tiling half = new Tiling(FrameScale.parse("0.5"), 64, 16);
        Tiling fixed = new Tiling(FrameScale.parse("2048x1500"), 0, 0);
        return List.of(
                new Framing(half, FrameScore.MAXIMUM, null, false),
                new Framing(fixed, FrameScore.AVERAGED, polygons, false),
                new Framing(half, FrameScore.SMOOTHED, mask, false),
                new Framing(fixed, FrameScore.MAXIMUM, null, true),
                new Framing(null, FrameScore.MAXIMUM, polygons, false),
                new Framing(null, FrameScore.AVERAGED, null, true),
                new Framing(null, FrameScore.SMOOTHED, null, false));
    }

    @ParameterizedTest
    @MethodSource("framings")
    void tilesRegionAndImageScoreNeedAReaderOfVersionTwo(Framing framing) throws ModelCardException {
        ModelCard framed = card().withFraming(framing).withMinRegionArea(7);
        Map<String, String> metadata = framed.toMetadata();
        assertThat(metadata).containsEntry("draem.version", "2");
        assertThat(ModelCard.fromMetadata(metadata)).isEqualTo(framed);
        metadata.put("draem.version", "1");
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageMatching("draem.version is 1, but draem\\.\\S+ needs version 2: export the model again");
    }

    @Test
    void writesTheNamesOfTiles() {
        Tiling tiling = new Tiling(FrameScale.parse("0.5"), 32, 16);
        assertThat(card().withFraming(new Framing(tiling, FrameScore.SMOOTHED, null, true))
                        .toMetadata())
                .containsEntry("draem.input.width", "256")
                .containsEntry("draem.frame.scale", "0.5")
                .containsEntry("draem.tile.width", "256")
                .containsEntry("draem.tile.height", "128")
                .containsEntry("draem.tile.overlap", "32")
                .containsEntry("draem.tile.margin", "16")
                .containsEntry("draem.tile.blending", "sine-squared")
                .containsEntry("draem.tile.padding", "reflect")
                .containsEntry("draem.image-score", "smoothed")
                .containsEntry("draem.roi", "request");
        assertThat(card().toMetadata().keySet())
                .noneMatch(key -> key.matches("draem\\.(frame|tile|roi|image-score).*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tile.rotation", "frame.crop", "input.normalization", "roi.invert", "rois", "image-score.window"
            })
    void refusesAKeyThatWouldChangeHowImagesAreTakenByName(String key) {
        Map<String, String> metadata =
                new HashMap<>(card().withFraming(framings().iterator().next()).toMetadata());
        metadata.put("draem." + key, "1");
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessage(
                        "draem." + key + " is not known to this release: serve the graph with a newer one, or export"
                                + " the model again");
    }

    @Test
    void ignoresOtherUnknownKeysInBothVersions() throws ModelCardException {
        for (ModelCard card :
                List.of(card(), card().withFraming(framings().iterator().next()))) {
            Map<String, String> metadata = new HashMap<>(card.toMetadata());
            metadata.put("draem.comment", "1");
            metadata.put("draem.framework", "1");
            assertThat(ModelCard.fromMetadata(metadata)).isEqualTo(card);
        }
        Map<String, String> first = new HashMap<>(card().toMetadata());
        first.put("draem.input.comment", "1");
        assertThat(ModelCard.fromMetadata(first)).isEqualTo(card());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frame.scale",
                "tile.width",
                "tile.height",
                "tile.overlap",
                "tile.margin",
                "tile.blending",
                "tile.padding",
                "image-score"
            })
    void namesAMissingKeyOfTiles(String key) {
        Map<String, String> metadata =
                new HashMap<>(card().withFraming(framings().iterator().next()).toMetadata());
        metadata.remove("draem." + key);
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageContaining("draem." + key);
    }

    @ParameterizedTest
    @CsvSource({
        "frame.scale, 0",
        "frame.scale, 4.5",
        "frame.scale, 0.001",
        "frame.scale, 1x1",
        "frame.scale, half",
        "frame.scale, 1d",
        "frame.scale, 0x1p0",
        "frame.scale, 1e-300",
        "tile.width, 128",
        "tile.height, 256",
        "tile.overlap, 65",
        "tile.overlap, -1",
        "tile.overlap, 1.5",
        "tile.margin, 33",
        "tile.margin, -1",
        "tile.margin, 1.5",
        "tile.blending, gaussian",
        "tile.padding, zero",
        "image-score, graph",
        "image-score, median",
        "roi, none",
        "roi, '{}'",
        "roi, '0,0 1,0 1,1'",
        "roi, '{\"mask\":\"AAAA\"}'"
    })
    void namesAWrongValueOfTiles(String key, String value) {
        Map<String, String> metadata =
                new HashMap<>(card().withFraming(framings().iterator().next()).toMetadata());
        metadata.put("draem." + key, value);
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageContaining("draem." + key);
    }

    @Test
    void saysThatATileIsAnInput() {
        Map<String, String> metadata =
                new HashMap<>(card().withFraming(framings().iterator().next()).toMetadata());
        String input = metadata.get("draem.input.width");
        metadata.put("draem.tile.width", "64");
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageContaining("draem.tile.width is '64' and draem.input.width is '" + input
                        + "', but a tile is one input of the graph: correct");
    }

    @ParameterizedTest
    @CsvSource({
        "version, 3",
        "input.white-level, 255",
        "input.white-level, 65536",
        "input.white-level, auto",
        "version, one",
        "input.width, 100",
        "input.height, 0",
        "input.colour, BGR",
        "resize, nearest",
        "threshold.image, high",
        "threshold.image, NaN",
        "threshold.image, 1.01",
        "threshold.pixel, NaN",
        "threshold.pixel, -0.01",
        "score.min, -1",
        "score.min, 0.9",
        "score.max, 0",
        "score.max, 1.5",
        "map.min, 1",
        "map.max, NaN",
        "score.min, 2",
        "map.max, -Infinity",
        "calibration, '[]'",
        "training, '{'",
        "metrics, null",
        "region.min-area, 0",
        "region.min-area, 1.5",
        "region.min-area, 1000000000"
    })
    void namesAWrongValue(String key, String value) {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        metadata.put("draem." + key, value);

        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageContaining(key);
    }

    @Test
    void namesTheValueAndTheRemedyOfAThresholdThatNoScoreExceeds() {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        metadata.put("draem.threshold.image", "1.7");
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessage(
                        "The graph's draem.* metadata is wrong: threshold.image must be 0 to 1, as scores are, got 1.7;"
                                + " correct it, or export the model again");
    }

    @Test
    void namesTheKnownRules() {
        Map<String, String> metadata = new HashMap<>(card().toMetadata());
        metadata.put("draem.threshold.rule", "guess");

        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(() -> ModelCard.fromMetadata(metadata))
                .withMessageContaining("guess")
                .withMessageContaining("f1, quantile, recall, manual");
    }

    @Test
    void refusesASizeThatTheNetworkCannotHalveFiveTimes() {
        Calibration calibration = card().calibration();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelCard(
                                "x", 250, 256, calibration, JSON.createObjectNode(), JSON.createObjectNode())
                        .toMetadata())
                .withMessageContaining("multiple of 32");
    }
}
