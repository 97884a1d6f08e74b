package io.draem.trainer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/** Values of options that belong together; each preset is a resource file of the form that {@code --config} reads. */
enum Preset {
    /** The recipe of the paper and its official repository, full size. */
    PAPER,

    /** Small widths and a short training for a processor. */
    QUICK;

    /** Returns the file's text. */
    String text() {
        String name = "preset-" + this + ".yaml";
        try (InputStream in = Objects.requireNonNull(Preset.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in the same jar
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
