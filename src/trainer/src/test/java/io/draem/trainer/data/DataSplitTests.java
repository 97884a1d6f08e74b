package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataSplitTests {

    private static final MvtecDataset DATASET = new MvtecDataset(
            Path.of("set"), images(LabelledImage.GOOD, 10), join(images(LabelledImage.GOOD, 4), images("hole", 5)));

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
    void aDefectTypeOfOneImageIsStillJudgedBy() throws DatasetException {
        MvtecDataset rare =
                new MvtecDataset(Path.of("set"), DATASET.train(), join(DATASET.test(), images("scratch", 1)));
        DataSplit split = DataSplit.of(rare, ValidationSplit.FROM_TEST, 0.2, 1);
        assertThat(split.test()).extracting(LabelledImage::defect).contains("scratch");
        MvtecDataset onlyRare = new MvtecDataset(
                Path.of("set"), DATASET.train(), join(images(LabelledImage.GOOD, 4), images("scratch", 1)));
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
        MvtecDataset normal = new MvtecDataset(Path.of("set"), DATASET.train(), images(LabelledImage.GOOD, 4));
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> DataSplit.of(normal, ValidationSplit.FROM_TEST, 0.2, 1))
                .withMessageContaining("--validation synthetic");
    }

    @Test
    void oneNormalImageCannotBothTrainAndValidate() {
        MvtecDataset one = new MvtecDataset(Path.of("set"), images(LabelledImage.GOOD, 1), List.of());
        assertThatExceptionOfType(DatasetException.class)
                .isThrownBy(() -> DataSplit.of(one, ValidationSplit.SYNTHETIC, 0.2, 1))
                .withMessageContaining("add images");
    }

    private static List<LabelledImage> images(String defect, int count) {
        List<LabelledImage> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path mask = defect.equals(LabelledImage.GOOD) ? null : Path.of("mask", i + ".png");
            images.add(new LabelledImage(Path.of(defect, i + ".png"), defect, mask));
        }
        return images;
    }

    private static List<LabelledImage> join(List<LabelledImage> first, List<LabelledImage> second) {
        List<LabelledImage> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
