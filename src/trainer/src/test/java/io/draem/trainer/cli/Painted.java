package io.draem.trainer.cli;

import io.draem.runtime.onnx.SlowGraph;
import io.draem.trainer.onnxexport.Cards;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Images of one gray, and a model to which those above half white are anomalous. */
final class Painted {

    private static final int SIDE = 32;

    private Painted() {}

    static Path model(Path file) throws IOException {
        return Files.write(
                file, SlowGraph.image(SIDE, SIDE, Cards.card(SIDE, SIDE).toMetadata()));
    }

    static Path image(Path file, int gray) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, gray * 0x010101);
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    static CommandRun predict(Path model, Path images, Path output, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("predict", "--threads=1", "--model=" + model, "--images=" + images));
        arguments.add("--output=" + output);
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
