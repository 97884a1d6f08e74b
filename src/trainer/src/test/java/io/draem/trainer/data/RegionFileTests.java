package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.frame.RegionOfInterest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionFileTests {

    @TempDir
    private Path folder;

    @Test
    void readsPolygonsOfAJsonFile() throws Exception {
        String polygons = "{\"polygons\": [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]}";
        RegionOfInterest region = RegionOfInterest.parse("0,0 0.5,0 0.5,1 0,1");
        assertThat(RegionFile.read(file("left.json", polygons))).isEqualTo(region);
        assertThat(RegionFile.read(file("LEFT.JSON", "\uFEFF" + polygons))).isEqualTo(region);
        assertThat(RegionFile.read(file("again.json", region.toJson().toString())))
                .isEqualTo(region);
    }

    @Test
    void readsTheBrightPixelsOfAnImage() throws Exception {
        BufferedImage mask = new BufferedImage(8, 4, BufferedImage.TYPE_BYTE_GRAY);
        mask.setRGB(2, 3, 0xFFFFFF);
        RegionOfInterest region = RegionFile.read(write(mask));
        assertThat(region.at(16, 8).count()).isEqualTo(4);
        assertThat(region.at(16, 8).contains(5, 6)).isTrue();
        String json = region.toJson().toString();
        assertThat(RegionFile.read(file("mask.json", json))).isEqualTo(region);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{} | must be a JSON object with 'polygons' or 'mask' alone",
                "hello | is not valid JSON",
                "{'polygons': [[[0, 0], [2, 0], [0, 1]]]} | must be relative to the image"
            })
    void refusesJsonThatIsNoRegion(String json, String message) throws IOException {
        Path file = file("region.json", json.replace('\'', '"'));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> RegionFile.read(file))
                .withMessageStartingWith(file + ": ")
                .withMessageContaining(message);
    }

    @Test
    void refusesWhatIsNoFileOfARegion() throws Exception {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> RegionFile.read(folder.resolve("none.json")));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> RegionFile.read(Files.createDirectories(folder.resolve("folder.json"))))
                .withMessageEndingWith("folder.json: it is not a regular file");
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> RegionFile.read(folder))
                .withMessageContaining("it is not a regular file");
        Path latin = Files.write(folder.resolve("latin.json"), "{\"\u00fc\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> RegionFile.read(latin))
                .withMessageEndingWith("latin.json: it is not UTF-8 text");
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> RegionFile.read(file("text.txt", "0,0 1,0 1,1")))
                .withMessageContaining("text.txt: ");
        Path black = write(new BufferedImage(8, 4, BufferedImage.TYPE_BYTE_GRAY));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> RegionFile.read(black))
                .withMessageStartingWith(black + ": ");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path write(BufferedImage image) throws IOException {
        Path file = folder.resolve("mask.png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }
}
