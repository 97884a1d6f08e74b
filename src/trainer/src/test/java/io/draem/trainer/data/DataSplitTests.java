package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataSplitTests {

    private static final Dataset DATASET =
            dataset(images(LabelledImage.GOOD, 10), List.of(), join(images(LabelledImage.GOOD, 4), images("hole", 5)));

    @Test
    void syntheticValidationLeavesTheTestImagesAlone() throws DatasetException {
        DataSplit split = DataSplit.of(DATASET, ValidationSplit.SYNTHETIC, 0.2, 1);
        assertThat(split.train()).hasSize(8);
        assertThat(split.heldOut()).hasSize(2).doesNotContainAnyElementsOf(split.train());
        assertThat(split.validation()).isEmpty();
        assertThat(split.test()).isEqualTo(DATASET.test());
    }

    @Test
    void halfOfEachKindOfTestImageValidatesAndTheOtherHalfTests() throws DatasetException {
        DataSplit split = DataSplit.of(DATASET, ValidationSplit.FROM_TEST, 0.2, 1);
        assertThat(split.train()).hasSize(10);
        assertThat(split.validation()).filteredOn(LabelledImage::anomalous).hasSize(3);
        assertThat(split.validation()).hasSize(5);
        assertThat(split.test()).hasSize(4).doesNotContainAnyElementsOf(split.validation());
        assertThat(split.test()).filteredOn(LabelledImage::anomalous).hasSize(2);
    }

    @Test
    void aDefectTypeOfOneImageStaysInTheTest() throws DatasetException {
        Dataset rare = dataset(DATASET.train(), List.of(), join(DATASET.test(), images("scratch", 1)));
        DataSplit split = DataSplit.of(rare, ValidationSplit.FROM_TEST, 0.2, 1);
        assertThat(split.test()).extracting(LabelledImage::defect).contains("scratch");
        Dataset onlyRare =
                dataset(DATASET.train(), List.of(), join(images(LabelledImage.GOOD, 4), images("scratch", 1)));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> DataSplit.of(onlyRare, ValidationSplit.FROM_TEST, 0.2, 1))
                .withMessageContaining("two of one defect type");
    }

    @Test
    void theSeedDecidesWhoIsHeldOut() throws DatasetException {
        List<LabelledImage> once =
                DataSplit.of(DATASET, ValidationSplit.SYNTHETIC, 0.3, 1).heldOut();
        assertThat(DataSplit.of(DATASET, ValidationSplit.SYNTHETIC, 0.3, 1).heldOut())
                .isEqualTo(once);
        assertThat(DataSplit.of(DATASET, ValidationSplit.SYNTHETIC, 0.3, 2).heldOut())
                .isNotEqualTo(once);
    }

    @Test
    void labelledValidationNeedsBothKindsOfImage() {
        Dataset normal = dataset(DATASET.train(), List.of(), images(LabelledImage.GOOD, 4));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> DataSplit.of(normal, ValidationSplit.FROM_TEST, 0.2, 1))
                .withMessageContaining("--validation synthetic");
    }

    @Test
    void oneNormalImageCannotBothTrainAndValidate() {
        Dataset one = dataset(images(LabelledImage.GOOD, 1), List.of(), List.of());
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> DataSplit.of(one, ValidationSplit.SYNTHETIC, 0.2, 1))
                .withMessageContaining("add images");
    }

    @Test
    void theDatasOwnLabelledImagesValidateWhereItHasSome() throws DatasetException {
        List<LabelledImage> own = join(images(LabelledImage.GOOD, 2), images("hole", 2));
        DataSplit split = DataSplit.of(dataset(DATASET.train(), own, DATASET.test()), ValidationSplit.AUTO, 0.2, 1);
        assertThat(split.train()).hasSize(10);
        assertThat(split.validation()).isEqualTo(own);
        assertThat(split.heldOut()).isEmpty();
    }

    @Test
    void theDatasOwnNormalImagesAreTheOnesHeldOut() throws DatasetException {
        List<LabelledImage> own = images(LabelledImage.GOOD, 2);
        DataSplit split = DataSplit.of(dataset(DATASET.train(), own, DATASET.test()), ValidationSplit.AUTO, 0.2, 1);
        assertThat(split.train()).hasSize(10);
        assertThat(split.heldOut()).isEqualTo(own);
    }

    @Test
    void saysWhereTheThresholdComesFromWithoutTestImagesAndWhatFlatters() throws DatasetException {
        assertThat(DataSplit.of(dataset(DATASET.train(), List.of(), List.of()), ValidationSplit.AUTO, 0.2, 1)
                        .notes())
                .singleElement()
                .asString()
                .contains("quantile");
        assertThat(DataSplit.of(DATASET, ValidationSplit.SAME_AS_TEST, 0.2, 1).notes())
                .singleElement()
                .asString()
                .contains("flatter");
    }

    @Test
    void halvesTheMasksWhereSomeImagesOfADefectHaveNone() throws DatasetException {
        List<LabelledImage> dents = new ArrayList<>(images("dent", 4));
        for (int i = 4; i < 11; i++) {
            dents.add(new LabelledImage(Path.of("dent", i + ".png"), "dent/" + i + ".png", "dent", null));
        }
        Dataset some = dataset(DATASET.train(), List.of(), join(images("good", 4), dents));
        for (int seed = 0; seed < 20; seed++) {
            DataSplit split = DataSplit.of(some, ValidationSplit.FROM_TEST, 0.2, seed);
            assertThat(split.validation()).filteredOn(LabelledImage::anomalous).hasSize(6);
            assertThat(split.validation())
                    .filteredOn(image -> image.mask() != null)
                    .hasSize(2);
            assertThat(split.test()).filteredOn(image -> image.mask() != null).hasSize(2);
        }
    }

    @Test
    void theOnlyImageOfADefectDoesNotValidateAndThatIsSaid() throws DatasetException {
        Dataset one = dataset(DATASET.train(), List.of(), join(DATASET.test(), images("dent", 1)));
        DataSplit split = DataSplit.of(one, ValidationSplit.FROM_TEST, 0.2, 1);
        assertThat(split.test()).extracting(LabelledImage::defect).contains("dent");
        assertThat(split.notes()).singleElement().asString().contains("'dent'", "does not validate");
    }

    private static Dataset dataset(
            List<LabelledImage> train, List<LabelledImage> validation, List<LabelledImage> test) {
        return new Dataset(Path.of("set"), train, validation, test, List.of(), List.of(), List.of());
    }

    private static List<LabelledImage> images(String defect, int count) {
        List<LabelledImage> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path mask = defect.equals(LabelledImage.GOOD) ? null : Path.of("mask", i + ".png");
            images.add(new LabelledImage(Path.of(defect, i + ".png"), defect + "/" + i + ".png", defect, mask));
        }
        return images;
    }

    private static List<LabelledImage> join(List<LabelledImage> first, List<LabelledImage> second) {
        List<LabelledImage> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
