package io.draem.trainer.cli;

import io.draem.frame.FrameSize;
import io.draem.model.ModelContract;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the size of a network's input: {@code 256}, {@code 160,416} or {@code 160x416}. */
final class ImageSizeConverter implements ITypeConverter<FrameSize> {

    @Override
    public FrameSize convert(String text) {
        try {
            FrameSize size = FrameSize.parse("the size", text);
            ModelContract.requireInputSize("the size", size);
            return size;
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
