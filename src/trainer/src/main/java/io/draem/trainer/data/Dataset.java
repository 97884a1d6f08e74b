package io.draem.trainer.data;

import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of a product, with what is known of each.
 *
 * @param root the folder that paths are relative to
 * @param train normal images
 * @param validation labeled images that the data itself sets aside to validate with; may be empty
 * @param test labeled images for evaluation; may be empty
 * @param problems files that cannot be used, with the reasons
 * @param manifests the files that label the images; empty if the folders do
 * @param notes what else there is between the images and how they were divided, in sentences
 */
public record Dataset(
        Path root,
        List<LabelledImage> train,
        List<LabelledImage> validation,
        List<LabelledImage> test,
        List<Problem> problems,
        List<Path> manifests,
        List<String> notes) {

    /**
     * Something about a file that must be mended before it can be used.
     *
     * @param file the file
     * @param text the reason, a clause that follows the file's name
     */
    public record Problem(Path file, String text) {

        /** Characters of a text at most. */
        static final int LONGEST = 500;

        /** Texts quote what files say, so they are made safe for a terminal, and cut. */
        public Problem {
            text = SafeText.of(text, LONGEST);
        }
    }

    public Dataset {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
        problems = List.copyOf(problems);
        manifests = List.copyOf(manifests);
        notes = List.copyOf(notes);
    }

    /** Does the same with the images of a manifest where the manifest is. */
    public static Dataset open(Path data) throws IOException {
        return open(data, null);
    }

    /**
     * Finds the images of a folder in MVTec AD layout ({@link MvtecLayout}), of a folder of good images, of a CSV file
     * ({@link Manifest}), or of a manifest of Amazon Lookout for Vision ({@link LookoutManifest}); none is read yet.
     *
     * @param images the folder that a manifest's paths start from; null for the manifest's own
     * @throws DatasetException if it is not one of these
     */
    public static Dataset open(Path data, @Nullable Path images) throws IOException {
        if (!Files.exists(data)) {
            throw new DatasetException("There is no folder or manifest " + data);
        }
        if (images != null && !Files.isDirectory(images)) {
            throw new DatasetException("There is no folder " + images + " of images");
        }
        if (Files.isDirectory(data)) {
            if (images != null) {
                throw new DatasetException("--images is for the images of a manifest, and " + data
                        + " is a folder: leave it out, or name the manifest as --data");
            }
            return MvtecLayout.open(FileTree.of(data));
        }
        return LookoutManifest.isOne(data) ? LookoutManifest.read(data, images) : Manifest.read(data, images);
    }

    /**
     * Returns the data set itself.
     *
     * @throws DatasetException if it has no image to train on
     */
    public Dataset requireTraining() throws DatasetException {
        if (train.isEmpty()) {
            throw new DatasetException((manifests.isEmpty() ? root : manifests.get(0))
                    + " has no normal image to train on: "
                    + (manifests.isEmpty()
                            ? "put such images into train/good"
                            : "it needs lines of split 'train' and label 'good', or of the class 'normal'"));
        }
        return this;
    }

    /** Returns the defect types of the test images, without the normal ones, each once, in their order. */
    public List<String> defects() {
        return test.stream()
                .filter(LabelledImage::anomalous)
                .map(LabelledImage::defect)
                .distinct()
                .toList();
    }

    /** Says which images of defects have no mask; empty where all have one. */
    Optional<String> missingMasks() {
        List<LabelledImage> defects = images().filter(LabelledImage::anomalous).toList();
        Map<String, Long> missing = defects.stream()
                .filter(image -> image.mask() == null)
                .collect(Collectors.groupingBy(LabelledImage::defect, TreeMap::new, Collectors.counting()));
        long count = missing.values().stream().mapToLong(Long::longValue).sum();
        if (count == 0) {
            return Optional.empty();
        }
        String types = missing.entrySet().stream()
                .map(type -> type.getKey() + " " + type.getValue())
                .collect(Collectors.joining(", "));
        return Optional.of(count + " of " + Counted.of(defects.size(), "image") + " of defects"
                + Counted.verb(count, " has", " have") + " no mask (" + types
                + "): figures and thresholds of images are of all, those of pixels of the "
                + (defects.size() - count) + " with a mask");
    }

    /** Returns every image with its mask, without its problems. */
    public Stream<LabelledImage> images() {
        return Stream.of(train, validation, test).flatMap(List::stream);
    }

    /** Returns every file: images and masks. */
    public List<Path> files() {
        return images().flatMap(image -> Stream.of(image.file(), image.mask()))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /** Returns the {@link DataDigest} of all {@link #files()}, which it reads, and of the manifests. */
    public String digest() throws IOException {
        return digest(new HashMap<>());
    }

    /**
     * Does the same.
     *
     * @param known digests of files, which are not read again; those of the others are added
     */
    public String digest(Map<Path, String> known) throws IOException {
        return DataDigest.of(
                root, Stream.concat(files().stream(), manifests.stream()).toList(), known);
    }
}
