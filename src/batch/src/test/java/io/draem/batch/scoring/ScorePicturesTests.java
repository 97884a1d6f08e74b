package io.draem.batch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import io.draem.model.TestModels;
import io.draem.overlay.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that runs in Spark write of photographs of this project, and a model of several files. */
class ScorePicturesTests {

    @TempDir
    Path folder;

    @Test
    void anImageWithoutItsWantedPicturesIsScoredAgainAndOthersAreDeleted() throws Exception {
        Path images = Files.createDirectories(folder.resolve("images/a"));
        Path same = Files.createDirectories(folder.resolve("images/b")).resolve("broken.jpg");
        Files.copy(TestModels.broken(), images.resolve("broken.jpg"));
        Files.copy(TestModels.broken(), same);
        Files.copy(TestModels.good(), images.resolve("good.jpg"));

        assertThat(run(Pictures.Overlays.NONE, false).scored()).isEqualTo(3);
        assertThat(folder.resolve("out/pictures")).doesNotExist();
        assertThat(run(Pictures.Overlays.ANOMALOUS, false).scored()).isEqualTo(2);
        Map<String, Row> rows = rows();
        Row good = rows.get("a/good.jpg");
        assertThat(good.<String>getAs("overlayFile")).isNull();
        Row broken = rows.get("a/broken.jpg");
        assertThat(broken.<String>getAs("mapFile")).isNull();
        assertThat(broken.<String>getAs("maskFile"))
                .isNotEqualTo(rows.get("b/broken.jpg").getAs("maskFile"));
        assertThat(pictures()).hasSize(4).containsAll(named());

        assertThat(run(Pictures.Overlays.ALL, true).scored()).isEqualTo(3);
        assertThat(pictures()).hasSize(9).containsExactlyInAnyOrderElementsOf(named());
        assertThat(run(Pictures.Overlays.ALL, true).scored()).isZero();

        // One that was lost, those of an image that has changed, and what a task that was killed has left.
        Files.delete(folder.resolve("out").resolve(rows().get("a/good.jpg").<String>getAs("mapFile")));
        Files.copy(TestModels.good(), same, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(same, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        Files.writeString(folder.resolve("out").resolve(broken.<String>getAs("maskFile") + ".x.part"), "");
        assertThat(run(Pictures.Overlays.ANOMALOUS, true).scored()).isEqualTo(2);
        assertThat(rows().get("b/broken.jpg").<String>getAs("overlayFile")).isNull();
        assertThat(pictures()).hasSize(5).containsExactlyInAnyOrderElementsOf(named());

        // No picture is wanted: those that are there stay.
        assertThat(run(Pictures.Overlays.NONE, false).scored()).isZero();
        assertThat(pictures()).hasSize(5);

        // What cannot be deleted does not fail a run whose table is complete.
        Path other =
                Files.createDirectories(folder.resolve("out/pictures/00/mine")).resolve("file");
        Files.writeString(other, "");
        assertThat(run(Pictures.Overlays.NONE, false).rows()).isEqualTo(rows().size());
        assertThat(other).exists();
    }

    private ScoreResult run(Pictures.Overlays overlays, boolean maps) throws BatchException, IOException {
        ScoreRun.Options options = new ScoreRun.Options(
                TestModels.graph().toString(),
                folder.resolve("images").toString(),
                folder.resolve("out").toString(),
                new Pictures(overlays, maps),
                2,
                MaxErrors.parse("0"),
                false,
                false);
        return new ScoreRun(TestSpark.session(), options).run();
    }

    private Map<String, Row> rows() throws BatchException, IOException {
        return ScoreOutput.read(TestSpark.session(), folder.resolve("out").toString()).collectAsList().stream()
                .collect(Collectors.toMap(
                        row -> row.<String>getAs("path").replaceAll(".*/(.*/.*)", "$1"), Function.identity()));
    }

    /** Returns the pictures that rows name. */
    private List<String> named() throws BatchException, IOException {
        return rows().values().stream()
                .flatMap(row -> ScoreSchema.pictures().stream().map(row::<String>getAs))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the pictures that are there. */
    private List<String> pictures() throws IOException {
        Path out = folder.resolve("out");
        try (Stream<Path> files = Files.walk(out.resolve("pictures"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> out.relativize(file).toString().replace('\\', '/'))
                    .toList();
        }
    }
}
