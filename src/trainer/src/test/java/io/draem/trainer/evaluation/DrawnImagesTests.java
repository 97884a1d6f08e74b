package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrawnImagesTests {

    @Test
    void everyKindHasItsShareAndTheSameImagesEachTime() throws IOException {
        List<String> kinds = new ArrayList<>(Collections.nCopies(6000, "good"));
        kinds.addAll(Collections.nCopies(3990, "hole"));
        kinds.addAll(Collections.nCopies(10, "scratch"));
        kinds.add("crack");
        List<EvaluationImage> drawn = load(DrawnImages.of(set(kinds), kinds, 400, 7));
        assertThat(drawn).extracting(EvaluationImage::id).doesNotHaveDuplicates();
        assertThat(drawn).filteredOn(image -> image.defect().equals("good")).hasSize(240);
        assertThat(drawn).filteredOn(image -> image.defect().equals("hole")).hasSize(160);
        assertThat(drawn).filteredOn(image -> image.defect().equals("scratch")).hasSize(8);
        assertThat(drawn).filteredOn(image -> image.defect().equals("crack")).hasSize(1);
        assertThat(ids(DrawnImages.of(set(kinds), kinds, 400, 7))).isEqualTo(ids(drawn));
        assertThat(ids(DrawnImages.of(set(kinds), kinds, 400, 8))).isNotEqualTo(ids(drawn));
    }

    @Test
    void aSmallSetStaysWhole() {
        List<String> kinds = Collections.nCopies(400, "good");
        EvaluationSet all = set(kinds);
        assertThat(DrawnImages.of(all, kinds, 400, 0)).isSameAs(all);
    }

    private static EvaluationSet set(List<String> kinds) {
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            images.add(WholeImages.image("image " + i, kinds.get(i), 1, 1, new float[3], new boolean[1]));
        }
        return EvaluationSet.of(images);
    }

    private static List<EvaluationImage> load(EvaluationSet set) throws IOException {
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            images.add(set.load(i));
        }
        return images;
    }

    private static List<String> ids(EvaluationSet set) throws IOException {
        return ids(load(set));
    }

    private static List<String> ids(List<EvaluationImage> images) {
        return images.stream().map(EvaluationImage::id).toList();
    }
}
