package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.wait.strategy.Wait;

/** Trains briefly on the shipped photographs: tests the paths of the files, not the model. */
@NeedsImage(BuiltImage.TRAINER)
class TrainerContainerTests {

    private Volume models;

    @BeforeAll
    static void sayItsSize() {
        System.out.printf(
                "%s: %d MB%n",
                BuiltImage.TRAINER.wanted(), BuiltImage.TRAINER.inspect().getSize() / 1_000_000);
    }

    @BeforeEach
    void createAVolume() {
        models = Volume.create();
    }

    @AfterEach
    void removeTheVolume() {
        models.close();
    }

    @Test
    void aModelThatItWritesIntoAVolumeIsServedFromThere() throws Exception {
        try (StrictContainer trainer = training("--steps=4")) {
            trainer.start();
            assertThat(trainer.awaitExit()).as(trainer.getLogs()).isZero();
            assertThat(trainer.getLogs()).contains("wrote /models/crumbs/1");
        }

        assumeThat(BuiltImage.SERVICE_CPU.find()).as("image of the service").isNotNull();
        try (StrictContainer service = new StrictContainer(BuiltImage.SERVICE_CPU)
                .withMount(models.name() + ":/models:ro")
                .withExposedPorts(8080)
                .waitingFor(Wait.forHttp("/actuator/health/readiness").withStartupTimeout(Duration.ofMinutes(3)))) {
            service.start();
            assertThat(ServiceContainerTest.detect(service).at("/model/name").asString())
                    .isEqualTo("crumbs");
        }
    }

    @Test
    void savesWhenItIsToldToStopAndGoesOnFromThere() throws Exception {
        try (StrictContainer trainer = training("--steps=400")) {
            trainer.start();
            trainer.awaitLine("saved step 2 ");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.getLogs()).isEqualTo(143);
            assertThat(trainer.getLogs())
                    .contains("SIGTERM: finishing the step", "Stopped after step ", "Continue with:")
                    .doesNotContain("\tat ");
        }
        try (StrictContainer trainer = training("--steps=400", "--resume")) {
            trainer.start();
            trainer.awaitLine("Continuing after step ");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.getLogs()).isEqualTo(143);
        }
    }

    /** Which the kernel would keep from the first process of a container. */
    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        try (StrictContainer trainer =
                training("--steps=400", "--image-size=128", "--base-width=32", "--discriminative-base-width=32")) {
            trainer.start();
            trainer.awaitLine("saved step 2 ");
            trainer.signal("TERM");
            trainer.awaitLine("SIGTERM: finishing the step");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.getLogs()).isEqualTo(143);
            assertThat(trainer.getLogs()).doesNotContain("Stopped after");
        }
    }

    @Test
    void trainsUnderWhateverNumberAClusterGivesItAndSaysWhatItIs() throws Exception {
        try (StrictContainer trainer = training("--steps=400").withUser("1000740000:0")) {
            trainer.start();
            trainer.awaitLine("saved step 2 ");
            assertThat(ImageContents.components(BuiltImage.TRAINER, trainer).findValuesAsString("name"))
                    .contains("pytorch", "onnxruntime");
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.getLogs()).isEqualTo(143);
        }
    }

    @Test
    void withoutAVolumeItSaysThatItCannotWrite() {
        try (StrictContainer trainer = new StrictContainer(BuiltImage.TRAINER)
                .withMount(Project.resolve("src/data/cookie") + ":/data:ro")
                .withCommand("train", "--data", "/data", "--output", "/models", "--name", "crumbs")) {
            trainer.start();
            assertThat(trainer.awaitExit()).isEqualTo(1);
            assertThat(trainer.getLogs())
                    .contains("/models", "Read-only file system")
                    .doesNotContain("\tat ");
        }
    }

    private StrictContainer training(String... more) {
        String[] usual = {
            "train",
            "--data=/data",
            "--anomaly-source=/textures",
            "--output=/models",
            "--name=crumbs",
            "--image-size=32",
            "--base-width=8",
            "--discriminative-base-width=8",
            "--batch-size=4",
            "--batch-norm-batches=2",
            "--validate-steps=0",
            "--checkpoint-steps=2",
            "--threads=1"
        };
        Stream<String> kept = Stream.of(usual)
                .filter(option -> Stream.of(more).noneMatch(other -> name(other).equals(name(option))));
        return new StrictContainer(BuiltImage.TRAINER)
                .withMount(Project.resolve("src/data/cookie") + ":/data:ro")
                .withMount(models.name() + ":/models")
                .withCommand(Stream.concat(kept, Stream.of(more)).toArray(String[]::new));
    }

    private static String name(String option) {
        return option.replaceFirst("=.*", "");
    }
}
