package io.draem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import io.draem.model.ImageProfile.Spread;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageProfileTests {

    private static final ImageProfile PROFILE = ImageProfile.of(List.of(
            new ImageMeasures(0.4, 0.15, 0.05, 0.2, 0.1, -0.01), new ImageMeasures(0.6, 0.17, 0.07, 0.2, 0.3, 0.03)));

    @Test
    void holdsMeanAndDeviationOfEachMeasure() {
        Spread brightness = PROFILE.measures().get(ImageMeasure.BRIGHTNESS);
        assertThat(brightness.mean()).isCloseTo(0.5, within(1e-12));
        assertThat(brightness.deviation()).isCloseTo(0.1, within(1e-12));
        assertThat(brightness.distance(0.2)).isCloseTo(-3, within(1e-9));
        assertThat(PROFILE.measures()).containsOnlyKeys(ImageMeasure.values());
    }

    @Test
    void aMeasureWithoutSpreadCountsInQuartersOfAStep() {
        Spread saturation = PROFILE.measures().get(ImageMeasure.SATURATION);
        assertThat(saturation.deviation()).isCloseTo(0, within(1e-12));
        assertThat(saturation.distance(0.202)).isCloseTo(2, within(1e-6));
    }

    @Test
    void isStoredInTheMetadataOfTheGraph() throws ModelCardException {
        ModelCard card = ModelCardTests.card().withImages(PROFILE);
        assertThat(card.toMetadata().get("draem.images")).startsWith("{\"count\":2,\"brightness\":{\"mean\":0.5,");
        assertThat(ModelCard.fromMetadata(card.toMetadata())).isEqualTo(card);
    }

    @Test
    void aGraphWithoutItHasNone() throws ModelCardException {
        Map<String, String> metadata = ModelCardTests.card().toMetadata();
        assertThat(metadata).doesNotContainKey("draem.images");
        assertThat(ModelCard.fromMetadata(metadata).images()).isNull();
    }

    @Test
    void measuresOfALaterReleaseAreIgnored() throws ModelCardException {
        assertThat(read("{\"count\":3,\"haze\":{},\"brightness\":{\"mean\":0.5,\"deviation\":0.1}}")
                        .images())
                .isEqualTo(new ImageProfile(3, Map.of(ImageMeasure.BRIGHTNESS, new Spread(0.5, 0.1))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"count\":0}",
                "{\"count\":3,\"brightness\":{\"mean\":0.5}}",
                "{\"count\":3,\"brightness\":{\"mean\":\"high\",\"deviation\":0.1}}",
                "{\"count\":3,\"brightness\":{\"mean\":0.5,\"deviation\":-0.1}}"
            })
    void aBrokenProfileIsRefused(String json) {
        assertThatExceptionOfType(ModelCardException.class).isThrownBy(() -> read(json));
    }

    private static ModelCard read(String json) throws ModelCardException {
        Map<String, String> metadata = new HashMap<>(ModelCardTests.card().toMetadata());
        metadata.put("draem.images", json);
        return ModelCard.fromMetadata(metadata);
    }
}
