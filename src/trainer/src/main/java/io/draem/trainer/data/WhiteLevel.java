package io.draem.trainer.data;

import io.draem.model.ModelCard;
import java.util.OptionalInt;

/**
 * The option {@code --white-level}: the stored value of 16-bit samples that is white where a file does not declare it.
 *
 * @param given the level; empty to find it from the images
 */
public record WhiteLevel(OptionalInt given) {

    /** Finds the level from the images. */
    public static final WhiteLevel AUTO = new WhiteLevel(OptionalInt.empty());

    private static final String AUTO_TEXT = "auto";

    public WhiteLevel {
        if (given.isPresent()) {
            ModelCard.requireWhiteLevel("--white-level", given.getAsInt());
        }
    }

    /** Returns the level that a model has: the full range where it has none. */
    public static WhiteLevel of(OptionalInt ofModel) {
        return new WhiteLevel(OptionalInt.of(ofModel.orElse(ModelCard.MOST_WHITE_LEVEL)));
    }

    /**
     * Reads {@code auto} or a number.
     *
     * @throws IllegalArgumentException if the text is neither; the message names the option
     */
    public static WhiteLevel parse(String text) {
        if (text.equals(AUTO_TEXT)) {
            return AUTO;
        }
        int level;
        try {
            level = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--white-level must be auto or a whole number from "
                    + ModelCard.LEAST_WHITE_LEVEL + " to " + ModelCard.MOST_WHITE_LEVEL + ", not '" + text + "'");
        }
        return new WhiteLevel(OptionalInt.of(level));
    }

    @Override
    public String toString() {
        return given.isPresent() ? Integer.toString(given.getAsInt()) : AUTO_TEXT;
    }
}
