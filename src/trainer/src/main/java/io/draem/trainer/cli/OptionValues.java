package io.draem.trainer.cli;

import io.draem.overlay.Pictures;
import io.draem.score.ThresholdRule;
import io.draem.text.FileNameEncoding;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.Precision;
import io.draem.trainer.synthesis.Augmenter;
import io.draem.trainer.training.Decay;
import io.draem.trainer.training.Keep;
import io.draem.trainer.training.OptimizerRule;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Reads paths, numbers and constants, and refuses others in sentences that do not name Java types. */
final class OptionValues {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    private OptionValues() {}

    static void register(CommandLine all) {
        all.registerConverter(Path.class, OptionValues::path)
                .registerConverter(int.class, OptionValues::wholeNumber)
                .registerConverter(Integer.class, OptionValues::wholeNumber)
                .registerConverter(long.class, OptionValues::longNumber)
                .registerConverter(Long.class, OptionValues::longNumber)
                .registerConverter(double.class, text -> number(text, OptionValues::decimal, "a number"))
                .registerConverter(Double.class, text -> number(text, OptionValues::decimal, "a number"))
                .registerConverter(ValidationSplit.class, text -> constant(ValidationSplit.class, text))
                .registerConverter(ThresholdRule.class, text -> constant(ThresholdRule.class, text))
                .registerConverter(Augmenter.class, text -> constant(Augmenter.class, text))
                .registerConverter(Preset.class, text -> constant(Preset.class, text))
                .registerConverter(FocalLoss.class, text -> constant(FocalLoss.class, text))
                .registerConverter(Precision.class, text -> constant(Precision.class, text))
                .registerConverter(ImageScore.class, text -> constant(ImageScore.class, text))
                .registerConverter(Decay.class, text -> constant(Decay.class, text))
                .registerConverter(Initialization.class, text -> constant(Initialization.class, text))
                .registerConverter(ComputeDevice.Choice.class, text -> constant(ComputeDevice.Choice.class, text))
                .registerConverter(OptimizerRule.class, text -> constant(OptimizerRule.class, text))
                .registerConverter(Keep.class, text -> constant(Keep.class, text))
                .registerConverter(Pictures.Overlays.class, text -> constant(Pictures.Overlays.class, text));
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(FileNameEncoding.explain(text));
        }
    }

    private static int wholeNumber(String text) {
        return number(text, Integer::valueOf, "a whole number up to " + Integer.MAX_VALUE);
    }

    private static long longNumber(String text) {
        return number(text, Long::valueOf, "a whole number up to " + Long.MAX_VALUE);
    }

    /** Reads decimal digits with an optional exponent; not the suffixes, hexadecimal digits and words of Java. */
    private static double decimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new NumberFormatException();
        }
        return Double.parseDouble(text);
    }

    private static <N> N number(String text, Function<String, N> reader, String what) {
        try {
            return reader.apply(text.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not " + what);
        }
    }

    /** Reads constants of an enum by their {@code toString}, which {@code --help} shows. */
    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        throw new TypeConversionException("'" + text + "' is none of " + Arrays.toString(type.getEnumConstants()));
    }
}
