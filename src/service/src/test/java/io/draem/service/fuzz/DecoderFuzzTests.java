package io.draem.service.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageLimits;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Decodes broken images: {@code -Dfuzz.inputs=100000} for many, {@code -Dfuzz.seed=N} for others. */
@Tag("slow")
class DecoderFuzzTests {

    private final ImageDecoder decoder = new ImageDecoder(new ImageLimits(1 << 20, 1_000_000));

    @Test
    void everyBrokenImageIsDecodedOrRefusedInWords() throws Exception {
        ImageMutator mutator = new ImageMutator(Seeds.images());
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < Seeds.inputs(5_000); i++) {
            byte[] image = mutator.next(new SplittableRandom(Seeds.seed() + i));
            String outcome;
            try {
                var decoded = decoder.decode(image).image();
                assertThat(decoded.rgb()).hasSize(decoded.width() * decoded.height() * 3);
                outcome = "decoded";
            } catch (ImageException e) {
                outcome = e.getClass().getSimpleName();
                assertThat(e).as("input %d", i).message().isNotBlank().doesNotContain("Exception", "java.");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("Input " + i + " of seed " + Seeds.seed() + " broke the decoder", e);
            }
            outcomes.merge(outcome, 1, Integer::sum);
            decodeAsMask(image, i);
        }
        System.out.println("Decoder, broken images by outcome: " + outcomes);
        assertThat(outcomes).containsKeys("decoded", "Invalid", "TooLarge", "Unsupported");
    }

    private void decodeAsMask(byte[] image, int input) {
        try {
            decoder.decodeMask(image);
        } catch (ImageException e) {
            assertThat(e).as("mask %d", input).message().isNotBlank().doesNotContain("Exception", "java.");
        } catch (RuntimeException | Error e) {
            throw new AssertionError("Mask " + input + " of seed " + Seeds.seed() + " broke the decoder", e);
        }
    }
}
