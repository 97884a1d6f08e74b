package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.service.startup.StartUpException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class MemoryLimitsTests {

    /** Pixels and bytes, as the documentation of the memory has them in rounded form. */
    @ParameterizedTest
    @CsvSource({
        "69, 147453, 163837, 163837, 147453, 327675, 1153416",
        "128, 1887435, 2097150, 2097150, 1887435, 4194300, 14763936",
        "256, 5662307, 6291453, 6291453, 5662307, 12582906, 44291830",
        "410, 10203952, 11337725, 11337725, 10203952, 22675450, 79817584",
        "1024, 28311550, 31457278, 31457278, 28311550, 62914556, 221459238",
        "1638, 46419148, 33554432, 51576831, 46419148, 103153662, 268435456",
        "4096, 64000000, 33554432, 67108864, 64000000, 264241150, 268435456",
        "8192, 64000000, 33554432, 67108864, 64000000, 268435456, 268435456",
        "1000000, 64000000, 33554432, 67108864, 64000000, 268435456, 268435456"
    })
    void followFromTheHeap(
            long megabytes, long pixels, long bytes, long batch, int pixelsInFlight, long bodies, long pictures) {
        MemoryLimits limits = limits(megabytes, null, null, null);
        assertThat(limits)
                .isEqualTo(new MemoryLimits(
                        pixels,
                        DataSize.ofBytes(bytes),
                        DataSize.ofBytes(batch),
                        pixelsInFlight,
                        DataSize.ofBytes(bodies),
                        DataSize.ofBytes(pictures)));
        long heap = 16L * pixelsInFlight + 4 * bodies + pictures + (64L << 20);
        assertThat(heap).isLessThanOrEqualTo(megabytes << 20);
    }

    @ParameterizedTest
    @CsvSource({"48", "64", "68"})
    void aHeapThatIsTooSmallIsNamedWhateverIsSet(long megabytes) {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> limits(megabytes, 20, 64_000_000L, 20))
                .withMessage("The heap of %d MiB is too small for the service", megabytes)
                .satisfies(e -> assertThat(e.remedy())
                        .isEqualTo("Give the JVM a heap of at least 73 MiB (-Xmx73m; in a container the heap is 40 % of"
                                + " the memory limit, which then has to be 183 MiB)."));
    }

    @Test
    void anImageMayBeLargerThanTheOnesThatAreTakenByDefault() {
        MemoryLimits limits = limits(8192, null, 200_000_000L, 500);
        assertThat(limits.maxPixels()).isEqualTo(200_000_000);
        assertThat(limits.pixelsInFlight()).isEqualTo(200_000_000);
        assertThat(limits.maxBytes()).isEqualTo(DataSize.ofMegabytes(500));
        assertThat(limits.bytesInFlight().toBytes())
                .as("a form of one image")
                .isEqualTo((500 << 20) + MemoryLimits.FORM_OVERHEAD);
        assertThat(limits.maxBatchBytes()).isEqualTo(DataSize.ofMegabytes(64));
    }

    @Test
    void aSmallerImageLeavesTheBudgetsAsTheyAre() {
        MemoryLimits limits = limits(1024, null, 1_000L, 1);
        assertThat(limits.maxPixels()).isEqualTo(1_000);
        assertThat(limits.maxBytes()).isEqualTo(DataSize.ofMegabytes(1));
        assertThat(limits.pixelsInFlight()).isEqualTo(28_311_550);
        assertThat(limits.bytesInFlight()).isEqualTo(DataSize.ofBytes(62_914_556));
    }

    @Test
    void aBudgetThatIsSetIsDividedAsAWhole() {
        MemoryLimits small = limits(8192, 64, null, null);
        assertThat(small).isEqualTo(limits(128, null, null, null));

        MemoryLimits large = limits(8192, 8000, null, null);
        assertThat(large.pixelsInFlight()).isGreaterThan(200_000_000);
        assertThat(large.bytesInFlight()).isGreaterThan(DataSize.ofMegabytes(499));
        assertThat(large.pictureBytesInFlight()).isGreaterThan(DataSize.ofMegabytes(1_700));
        assertThat(large.maxBatchBytes()).isGreaterThan(DataSize.ofMegabytes(249));
        assertThat(large.maxPixels()).isEqualTo(64_000_000);
        assertThat(large.maxBytes()).isEqualTo(DataSize.ofMegabytes(32));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            64000000 |     | draem.image.max-pixels is 64000000, which takes 977 MiB of memory, but images get 45 % of the budget of 346 MiB: 10203952 fit
                     | 50  | draem.image.max-bytes is 50MB, which takes 200 MiB of memory, but bodies get 25 % of the budget of 346 MiB: 21MB fit
            """)
    void refuseAnImageThatDoesNotFitTheHeapAndNameTheHeapItNeeds(
            @Nullable Long pixels, @Nullable Integer megabytes, String message) {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> limits(410, null, pixels, megabytes))
                .withMessage(message)
                .satisfies(e -> {
                    String property = message.substring(0, message.indexOf(' '));
                    assertThat(e.remedy())
                            .startsWith(
                                    "Remove " + property + ", so that it is derived from the heap, lower it, or give"
                                            + " the JVM a heap of at least ")
                            .contains("-Xmx", "memory limit");
                    long heap = Long.parseLong(e.remedy().replaceAll(".*-Xmx(\\d+)m.*", "$1"));
                    assertThat(limits(heap, null, pixels, megabytes)).isNotNull();
                });
    }

    @Test
    void refuseAnImageThatDoesNotFitTheBudgetAndNameTheBudgetItNeeds() {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> limits(4096, 100, 10_000_000L, null))
                .withMessageContaining("images get 45 % of the budget of 100 MiB")
                .satisfies(e -> assertThat(e.remedy())
                        .isEqualTo(
                                "Remove draem.image.max-pixels, so that it is derived from the heap, lower it, or raise"
                                        + " draem.memory.budget to 340MB."));
        assertThat(limits(4096, 340, 10_000_000L, null).pixelsInFlight()).isGreaterThanOrEqualTo(10_000_000);
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> limits(256, 100, 10_000_000L, null))
                .satisfies(
                        e -> assertThat(e.remedy())
                                .contains(
                                        "raise draem.memory.budget to 340MB, for which the JVM needs a heap of at least 424 MiB"));
    }

    @Test
    void refuseABudgetThatDoesNotFitTheHeap() {
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> limits(410, 347, null, null))
                .withMessage("draem.memory.budget is 347MB, but the heap of 410 MiB leaves 346 MiB for it")
                .satisfies(e -> assertThat(e.remedy())
                        .startsWith("Remove draem.memory.budget, so that it is derived from the heap, lower it, or give"
                                + " the JVM a heap of at least 432 MiB (-Xmx432m"));
        assertThat(limits(410, 346, null, null)).isEqualTo(limits(410, null, null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draem.image.max-bytes    | 2GB       | between 1B and 1GB
            draem.image.max-pixels   | 536870912 | between 1 and 536870911
            draem.image.threads      | 0         | between 1 and 1024
            draem.memory.budget      | 4MB       | at least 5MB
            draem.batch.max-images   | 0         | between 1 and 1000
            draem.regions.min-area   | 0         | at least 1
            draem.request-timeout    | 0s        | must be positive
            """)
    void valuesOutOfRangeAreRefusedByName(String property, String value, String reason) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of(property, value)));
        assertThatThrownBy(() -> binder.bindOrCreate("draem", DetectionProperties.class))
                .rootCause()
                .hasMessageContaining(property)
                .hasMessageContaining(reason);
    }

    private static MemoryLimits limits(
            long heapMegabytes,
            @Nullable Integer budgetMegabytes,
            @Nullable Long maxPixels,
            @Nullable Integer maxMegabytes) {
        return MemoryLimits.of(
                heapMegabytes << 20,
                budgetMegabytes == null ? null : DataSize.ofMegabytes(budgetMegabytes),
                maxPixels,
                maxMegabytes == null ? null : DataSize.ofMegabytes(maxMegabytes));
    }
}
