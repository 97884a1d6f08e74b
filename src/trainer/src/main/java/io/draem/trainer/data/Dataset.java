package io.draem.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of a product, with what is known of each.
 *
 * @param root the folder that paths are told from
 * @param train normal images
 * @param validation labelled images that the data itself sets aside to validate with; may be empty
 * @param test labelled images to judge by; may be empty
 * @param problems what is wrong with files that are in none of the lists
 * @param manifest the CSV file that says what each image is; null where the folders do
 * @param others files between the images whose names say that they are none
 */
public record Dataset(
        Path root,
        List<LabelledImage> train,
        List<LabelledImage> validation,
        List<LabelledImage> test,
        List<Problem> problems,
        @Nullable Path manifest,
        List<Path> others) {

    /**
     * Something about a file that must be mended before it can be used.
     *
     * @param file the file
     * @param text what is wrong, to be read after the file's name
     */
    public record Problem(Path file, String text) {}

    public Dataset {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
        problems = List.copyOf(problems);
        others = List.copyOf(others);
    }

    /**
     * Finds the images of a folder in MVTec AD layout ({@link MvtecLayout}), of a folder of good images, or of a CSV
     * manifest ({@link Manifest}); none is read yet.
     *
     * @throws DatasetException if it is none of these, or holds no image to train on
     */
    public static Dataset open(Path data) throws IOException {
        if (!Files.exists(data)) {
            throw new DatasetException("There is no folder or manifest " + data);
        }
        if (!Files.isDirectory(data)) {
            if (!data.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
                throw new DatasetException(data + " is neither a folder nor a manifest (.csv)");
            }
            return Manifest.read(data);
        }
        if (!Files.isDirectory(data.resolve(MvtecLayout.TRAIN)) && ImageFiles.isAnyIn(data)) {
            return new Dataset(
                    data,
                    MvtecLayout.normals(data, data),
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    ImageFiles.othersIn(List.of(data)));
        }
        return MvtecLayout.open(data);
    }

    /** Returns the defect types of the test images, without the normal ones, each once, in their order. */
    public List<String> defects() {
        return test.stream()
                .filter(LabelledImage::anomalous)
                .map(LabelledImage::defect)
                .distinct()
                .toList();
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

    /** Returns the {@link DataDigest} of all {@link #files()}, which it reads, and of the manifest where there is one. */
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
                root,
                Stream.concat(files().stream(), Stream.ofNullable(manifest)).toList(),
                known);
    }
}
