package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.service.startup.StartUpException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class DetectionPropertiesTests {

    private static final DetectionProperties.Image NO_IMAGE =
            new DetectionProperties.Image(null, null, null, null, null, null);
    private static final DetectionProperties.Batch NO_BATCH = new DetectionProperties.Batch(64, null, null);

    @ParameterizedTest
    @CsvSource({"64", "128", "256", "410", "1024", "1638", "4096", "30000", "1000000"})
    void theDefaultsFitTogetherAndIntoTheHeap(long megabytes) {
        HeapShares heap = new HeapShares(megabytes << 20);
        DetectionProperties.Image image = DetectionProperties.image(heap, NO_IMAGE, NO_BATCH);
        DetectionProperties.Batch batch = DetectionProperties.batch(image, NO_BATCH);

        assertThat(image.maxPixels())
                .isLessThanOrEqualTo(image.maxPixelsInFlight().longValue());
        assertThat(image.maxBytes()).isLessThanOrEqualTo(image.maxBytesInFlight());
        assertThat(2 * batch.maxBytes().toBytes())
                .isLessThanOrEqualTo(image.maxBytesInFlight().toBytes());
        assertThat(batch.maxPictureBytes()).isLessThanOrEqualTo(image.maxPictureBytesInFlight());
        if (megabytes > 64) {
            DetectionProperties.requireHeap(heap, NO_IMAGE, image, batch);
        } else {
            assertThatExceptionOfType(StartUpException.class)
                    .isThrownBy(() -> DetectionProperties.requireHeap(heap, NO_IMAGE, image, batch))
                    .withMessageContaining("64 MiB is too small");
        }
    }

    @Test
    void aHeapThatIsTooSmallIsNamedWhateverIsSet() {
        HeapShares heap = new HeapShares(48L << 20);
        DetectionProperties.Image given =
                new DetectionProperties.Image(null, 64_000_000L, null, DataSize.ofMegabytes(20), null, null);
        DetectionProperties.Image image = DetectionProperties.image(heap, given, NO_BATCH);
        DetectionProperties.Batch batch = DetectionProperties.batch(image, NO_BATCH);
        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> DetectionProperties.requireHeap(heap, given, image, batch))
                .withMessage("The heap of 48 MiB is too small for the service")
                .satisfies(e -> assertThat(e.remedy()).startsWith("Give the JVM a heap of at least 1"));
    }

    @Test
    void aGenerousHeapHasTheLargestLimits() {
        HeapShares heap = new HeapShares(8L << 30);
        DetectionProperties.Image image = DetectionProperties.image(heap, NO_IMAGE, NO_BATCH);
        DetectionProperties.Batch batch = DetectionProperties.batch(image, NO_BATCH);

        assertThat(image.maxPixels()).isEqualTo(64_000_000);
        assertThat(image.maxPixelsInFlight()).isEqualTo(64_000_000);
        assertThat(image.maxBytes()).isEqualTo(DataSize.ofMegabytes(32));
        assertThat(image.maxBytesInFlight()).isEqualTo(DataSize.ofMegabytes(256));
        assertThat(image.maxPictureBytesInFlight()).isEqualTo(DataSize.ofMegabytes(256));
        assertThat(batch.maxBytes()).isEqualTo(DataSize.ofMegabytes(64));
        assertThat(batch.maxPictureBytes()).isEqualTo(DataSize.ofMegabytes(256));
    }

    @Test
    void limitsThatAreNotSetFollowThoseThatAre() {
        HeapShares heap = new HeapShares(1L << 30);
        DetectionProperties.Image given = new DetectionProperties.Image(
                null, 40_000_000L, null, DataSize.ofMegabytes(20), DataSize.ofMegabytes(10), null);
        DetectionProperties.Image image = DetectionProperties.image(heap, given, NO_BATCH);
        DetectionProperties.Batch batch = DetectionProperties.batch(image, NO_BATCH);

        assertThat(image.maxPixelsInFlight()).isEqualTo(40_000_000);
        assertThat(image.maxBytes()).isEqualTo(DataSize.ofMegabytes(10));
        assertThat(batch.maxBytes()).isEqualTo(DataSize.ofMegabytes(10));
        assertThat(batch.maxPictureBytes()).isEqualTo(DataSize.ofMegabytes(10));
        DetectionProperties.Batch large = new DetectionProperties.Batch(64, DataSize.ofMegabytes(100), null);
        assertThat(DetectionProperties.image(heap, NO_IMAGE, large).maxBytesInFlight())
                .isEqualTo(DataSize.ofMegabytes(200));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draem.image.max-pixels                    | 64000000    |       |       | 64000000
            draem.image.max-pixels-in-flight          |             | 64000000 |    | 64000000
            draem.batch.max-bytes                     |             |       | 200   | 209715200B
            """)
    void refusesWhatDoesNotFitTheHeapAndNamesPropertyValueAndRemedy(
            String property, Long pixels, Integer inFlight, Long batchMegabytes, String value) {
        HeapShares heap = new HeapShares(410L << 20);
        DetectionProperties.Image given = new DetectionProperties.Image(null, pixels, inFlight, null, null, null);
        DetectionProperties.Batch set = new DetectionProperties.Batch(
                64, batchMegabytes == null ? null : DataSize.ofMegabytes(batchMegabytes), null);
        DetectionProperties.Image image = DetectionProperties.image(heap, given, set);
        DetectionProperties.Batch batch = DetectionProperties.batch(image, set);

        assertThatExceptionOfType(StartUpException.class)
                .isThrownBy(() -> DetectionProperties.requireHeap(heap, given, image, batch))
                .withMessageStartingWith(property + " is " + value + ", which takes ")
                .withMessageContaining("but the heap has 410 MiB, and beside the other limits ")
                .satisfies(e ->
                        assertThat(e.remedy()).startsWith("Remove " + property).contains("-Xmx", "memory limit"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draem.image.max-bytes-in-flight=127MB,draem.batch.max-bytes=64MB            | at least twice draem.batch.max-bytes
            draem.image.max-pixels-in-flight=10,draem.image.max-pixels=11               | at least draem.image.max-pixels
            draem.batch.max-picture-bytes=2MB,draem.image.max-picture-bytes-in-flight=1MB | draem.image.max-picture-bytes-in-flight must be at least
            draem.batch.max-images=0                                                    | between 1 and 1000
            draem.request-timeout=0s                                                    | must be positive
            """)
    void refusesWhatDoesNotFitTogetherAndNamesTheProperty(String properties, String reason) {
        Map<String, String> set = Arrays.stream(properties.split(","))
                .map(property -> property.split("="))
                .collect(Collectors.toMap(property -> property[0], property -> property[1]));
        assertThatThrownBy(() -> bind(set))
                .rootCause()
                .hasMessageContaining(properties.substring(0, properties.indexOf('=')))
                .hasMessageContaining(reason);
    }

    private static DetectionProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("draem", DetectionProperties.class);
    }
}
